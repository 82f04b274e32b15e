import type { BudgetChange, Draft } from '../../../src/shared/draft';
import { h, setAttribute, setText, show, uniqueId } from '../../dom';
import { controlWords } from '../../model/budget/draftWords';
import { gaugeRows, limitAt, type GaugeBar, type GaugeRow } from '../../model/budget/gauge';
import { budgetChange, limitHints, limits, limitTitles, type Limit } from '../../model/budget/limitText';
import { textField, type TextFieldControl } from '../../ui/textField';

export interface Gauge {
  readonly element: HTMLElement;
  /**
   * @param writable whether limits can be asked for
   * @param answered the number of the last change that the draft answers
   */
  update(draft: Draft, writable: boolean, answered: number | undefined): void;
  /**
   * The limits that were written into fields and not yet taken over, empty where there are none; undefined where one is wrong,
   * which is then said and has the focus.
   */
  written(): BudgetChange | undefined;
  /** What was written is on its way, and stands in the fields until this change is answered. */
  sent(number: number): void;
  /** Forgets what was written: it was for another run. */
  forget(): void;
}

interface Line {
  readonly limit: Limit;
  readonly field: TextFieldControl;
  readonly element: HTMLElement;
  update(row: GaugeRow): void;
}

/** The budget: a field for each limit, with a bar of what is used of it. @param enter is called by Enter in a field */
export function gauge(enter: () => void): Gauge {
  const wrongId = uniqueId('budget-wrong');
  const wrong = h('p', { id: wrongId, class: 'wrong', role: 'alert' });
  const lines = limits.map((limit) => gaugeLine(limit, { enter, written: () => written() }));
  const hint = h('p', { class: 'quiet' }, 'Enter makes the plan anew within these limits.');
  const control = h('p', { class: 'quiet' });
  const element = h(
    'div',
    { class: 'gauge' },
    h('ul', {}, ...lines.map((line) => line.element)),
    h('div', { class: 'below' }, control, hint, wrong),
  );
  /** What was sent of the fields, until the host has answered it. */
  let asked: { readonly number: number; readonly texts: ReadonlyMap<Limit, string> } | undefined;
  const dirty = (): ReadonlyMap<Limit, string> =>
    new Map(
      lines.flatMap(({ limit, field }) => (field.isDirty ? [[limit, field.input.value] as const] : [])),
    );
  const complain = (sentence: string): void => {
    const isDirty = dirty().size > 0;
    setText(wrong, sentence);
    // One of three at the same place, which is as high as the highest, so that nothing moves.
    control.classList.toggle('unseen', sentence !== '' || isDirty);
    hint.classList.toggle('unseen', sentence !== '' || !isDirty);
  };
  const written = (): void => {
    lines.forEach(({ field }) => field.setWrong(false, wrongId));
    complain('');
  };

  return {
    element,
    update: (draft, writable, answered) => {
      const isAnswer = asked !== undefined && answered !== undefined && answered >= asked.number;
      // What was refused stays, to be corrected; what was taken stands as the limit that came of it.
      const taken = isAnswer && !draft.refused ? asked?.texts : undefined;
      if (isAnswer) asked = undefined;
      for (const row of gaugeRows(draft)) {
        const line = lines.find(({ limit }) => limit === row.limit);
        if (line && taken?.get(row.limit) === line.field.input.value) line.field.reset(row.written);
        line?.field.set(row.written);
        line?.field.setReadOnly(!writable);
        line?.update(row);
      }
      complain(wrong.textContent ?? '');
      // Empty fields that nobody can fill say nothing; the plan's totals stand below.
      show(element, writable || draft.limits.length > 0);
      setText(control, controlWords(draft));
    },
    written: () => {
      const change = budgetChange(dirty());
      const wrongAt = 'wrong' in change ? change.wrong : undefined;
      lines.forEach(({ limit, field }) => field.setWrong(limit === wrongAt, wrongId));
      complain('wrong' in change ? change.sentence : '');
      if (!('wrong' in change)) return change;
      lines.find(({ limit }) => limit === wrongAt)?.field.input.focus();
      return undefined;
    },
    sent: (number) => {
      asked = { number, texts: dirty() };
    },
    forget: () => {
      asked = undefined;
      lines.forEach(({ field }) => field.reset(''));
      written();
    },
  };
}

function gaugeLine(limit: Limit, deeds: Parameters<typeof textField>[2]): Line {
  const field = textField(limitTitles[limit], `${limitTitles[limit]} at most: ${limitHints[limit]}`, deeds);
  const words = h('span', { class: 'words' });
  const bar = gaugeBar();
  const element = h('li', {}, field.element, words, bar.element);
  return {
    limit,
    field,
    element,
    update: (row) => {
      setText(words, row.words);
      bar.update(row);
      element.classList.toggle('exceeded', (row.bar?.over ?? 0) > 0);
    },
  };
}

function gaugeBar(): { element: HTMLElement; update(row: GaugeRow): void } {
  const [used, over, control, limit] = ['used', 'over', 'control', 'limit'].map((name) =>
    h('span', { class: name }),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const element = h(
    'div',
    { class: 'bar', role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100' },
    used,
    over,
    limit,
    control,
  );
  const at = (part: number): string => `${(100 * part).toFixed(2)}%`;
  limit.style.left = at(limitAt);
  const draw = (bar: GaugeBar, row: GaugeRow): void => {
    used.style.width = at(bar.used);
    over.style.left = at(limitAt);
    over.style.width = at(bar.over);
    show(control, bar.control !== undefined);
    if (bar.control !== undefined) control.style.left = at(bar.control);
    setAttribute(element, 'aria-label', `${row.title} used`);
    // A meter ends at its maximum; the words say by how much more it is.
    setAttribute(element, 'aria-valuenow', (100 * Math.min(1, bar.used / limitAt)).toFixed(0));
    setAttribute(element, 'aria-valuetext', row.words);
  };
  return {
    element,
    update: (row) => {
      // It keeps its place where there is no limit, so that setting one moves nothing.
      element.classList.toggle('unseen', row.bar === undefined);
      if (row.bar) draw(row.bar, row);
    },
  };
}
