import type { StepItem } from '../dialogs';
import { headOf, type Answers, type Asking, type ColumnAnswer, type ReadableData } from './answers';
import { classesText, rowsText } from './dataWords';
import type { DraftTask } from './draft';
import { canBePrompt, guessColumns, guessWhole, isClasses, isText, taskOf, type Ability } from './guessTask';
import type { Question } from './inTurn';
import type { ColumnPeek } from './peekData';

interface ColumnItem extends StepItem {
  readonly reads?: readonly string[];
  readonly gives?: string | false;
}

/** Data sets by their form: those with the same columns are asked about once. */
export function formsOf(data: readonly ReadableData[]): ReadableData[][] {
  const forms = new Map<string, ReadableData[]>();
  for (const one of data) {
    const key = one.peek.columns.map(({ name }) => name).join('\n');
    forms.set(key, [...(forms.get(key) ?? []), one]);
  }
  return [...forms.values()];
}

/** Two questions for each form of data whose rows do not say by themselves what is learned from them. */
export const columnQuestions = (
  asking: Asking,
  { data = [], ability = 'language' }: Answers,
): Question<Answers>[] =>
  formsOf(data).flatMap(([one], form) =>
    one === undefined || guessWhole(one.peek, ability)
      ? []
      : [askReads(asking, one, form, ability), askGives(asking, one, form, ability)],
  );

/** The tasks that all answers come to. */
export function tasksOf({ data = [], ability = 'language', columns }: Answers): DraftTask[] {
  const forms = formsOf(data);
  const names = uniqueNames(data.map(({ name }) => name));
  return data.map((one, index): DraftTask => {
    const { reads = [], gives } = columns[forms.findIndex((form) => form.includes(one))] ?? {};
    const given = one.peek.columns.find(({ name }) => name === gives);
    const task = guessWhole(one.peek, ability) ?? taskOf(reads, given, ability);
    const { train, validation, test } = one;
    const classes =
      task.label !== undefined && given && isClasses(given) ? [...given.values].sort() : undefined;
    return {
      ...task,
      name: names[index] ?? one.name,
      train,
      validation,
      test,
      rows: rowsText(one.peek),
      classes,
    };
  });
}

const askReads = (asking: Asking, one: ReadableData, form: number, ability: Ability): Question<Answers> => ({
  obvious: (state) => {
    const { reads, isSure } = guessColumns(one.peek, ability);
    const texts = one.peek.columns.filter(isText);
    return isSure || texts.length === 1 ? withColumns(state, form, { reads }, state.notes) : undefined;
  },
  ask: async (state, place) => {
    const { reads } = guessColumns(one.peek, ability);
    const both: ColumnItem[] =
      reads.length > 1 ? [{ label: reads.join(', '), description: 'both, as one prompt', reads }] : [];
    const rest = one.peek.columns.filter(
      ({ name, kind }) => kind !== 'list' && kind !== 'object' && name !== reads[0],
    );
    const first = one.peek.columns.filter(({ name }) => name === reads[0]);
    const items = [...both, ...[...first, ...rest].map((column) => readItem(column))];
    const question = `Column of ${one.name} that the model reads: the text, or the prompt`;
    const picked = await asking.dialogs.step(items, headOf(asking, state, place, question));
    if (picked === undefined || picked === 'back') return picked;
    return withColumns(state, form, { reads: picked[0]?.reads }, []);
  },
});

const askGives = (asking: Asking, one: ReadableData, form: number, ability: Ability): Question<Answers> => ({
  obvious: (state) => {
    const { gives, isSure } = guessColumns(one.peek, ability);
    // A classifier learns nothing of a text alone.
    if (!isSure || (gives === undefined && ability !== 'language')) return undefined;
    const { reads = [] } = state.columns[form] ?? {};
    const what =
      gives === undefined
        ? `learns the column ${reads.join()} itself`
        : `reads ${reads.join(' and ')}, learns ${gives}`;
    return withColumns(state, form, { reads, gives: gives ?? false }, [...state.notes, `It ${what}.`]);
  },
  ask: async (state, place) => {
    const { reads = [] } = state.columns[form] ?? {};
    const items = giveItems(one, reads, ability);
    const question =
      items.length > 0
        ? `Column of ${one.name} that it learns to give for ${reads.join(' and ')}`
        : `${one.name} has no other column, and this model classifies: go back to other data`;
    const picked = await asking.dialogs.step(items, headOf(asking, state, place, question));
    if (picked === undefined || picked === 'back') return picked;
    return withColumns(state, form, { reads, gives: picked[0]?.gives }, []);
  },
});

function giveItems({ peek }: ReadableData, reads: readonly string[], ability: Ability): ColumnItem[] {
  const others = peek.columns.filter(({ name }) => !reads.includes(name));
  const guess = guessColumns({ ...peek, columns: others.length > 0 ? peek.columns : [] }, ability).gives;
  const prompts = reads.every(canBePrompt);
  const fits = (column: ColumnPeek): boolean =>
    column.kind !== 'list' &&
    column.kind !== 'object' &&
    (ability === 'classes' || isClasses(column) || (prompts && isText(column)));
  const items = others
    .filter(fits)
    .sort((a, b) => Number(b.name === guess) - Number(a.name === guess))
    .map((column) => giveItem(column, ability));
  const none: ColumnItem = {
    label: '$(dash) No Column',
    description: 'the text itself',
    detail: 'causal-lm: the loss is on every token',
    gives: false,
  };
  if (ability !== 'language') return items;
  return items[0] !== undefined && items[0].gives === guess ? [...items, none] : [none, ...items];
}

const readItem = (column: ColumnPeek): ColumnItem => ({
  label: column.name,
  description: isClasses(column) ? 'few different values' : column.kind === 'unknown' ? '' : column.kind,
  ...exampleOf(column),
  reads: [column.name],
});

function giveItem(column: ColumnPeek, ability: Ability): ColumnItem {
  const { name } = column;
  if (ability === 'language' && !isClasses(column)) {
    return {
      label: name,
      description: 'text',
      detail: 'causal-lm: the loss is on what follows the prompt',
      gives: name,
    };
  }
  const classes = isClasses(column) && column.values.length > 0 ? `classes: ${classesText(column)}` : '';
  return {
    label: name,
    description: classes,
    detail: 'classification: the loss is on the label',
    gives: name,
  };
}

/** The beginning of a column's first value. */
function exampleOf({ values: [first = ''] }: ColumnPeek): { readonly detail?: string } {
  const line = first.replace(/\s+/g, ' ').trim();
  return line === '' ? {} : { detail: line.length > 90 ? `${line.slice(0, 89)}…` : line };
}

function withColumns(state: Answers, form: number, answer: ColumnAnswer, notes: readonly string[]): Answers {
  const columns = Array.from({ length: Math.max(form + 1, state.columns.length) }, (_, at) =>
    at === form ? answer : (state.columns[at] ?? {}),
  );
  return { ...state, columns, notes };
}

/** Scores and reports go by the tasks' names. */
function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    let one = name;
    for (let count = 2; used.has(one); count++) one = `${name}-${count}`;
    used.add(one);
    return one;
  });
}
