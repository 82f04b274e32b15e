import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPassages, repeatedPassages } from './genre';
import { isLegible } from './mail-text';
import { paths } from './paths';
import { seededRandom, shuffled } from './random';
import { genreLetters, glossFiles, readSources, type Sources } from './sources';
import { type Side, type Sided, textKey } from './text';

/** A line of a task file. */
export interface Example {
  text: string;
  label: string;
}

/** Examples of each class, by task and side. */
export const perClass = {
  sentiment: { train: 1000, validation: 150, test: 150 },
  spam: { train: 800, validation: 120, test: 140 },
  gloss: { train: 180, validation: 25, test: 30 },
  genre: { train: 250, validation: 40, test: 50 },
} as const satisfies Record<string, Record<Side, number>>;

/** Characters of a definition: shorter ones say too little, longer ones are rare. */
const definitionLength = { shortest: 20, longest: 240 };

type TaskName = keyof typeof perClass;

function draw<T extends Sided & { label: string }>(
  items: readonly T[],
  task: TaskName,
  side: Side,
): Example[] {
  return [...new Set(items.map((item) => item.label))].sort().flatMap((label) => {
    const fitting = items.filter((item) => item.side === side && item.label === label);
    if (fitting.length < perClass[task][side])
      throw new Error(`${task}: only ${fitting.length} of ${label} in ${side}.`);
    return shuffled(fitting, seededRandom(`${task} ${side} ${label}`))
      .slice(0, perClass[task][side])
      .map(({ text }) => ({ text, label }));
  });
}

function glosses(sources: Sources): (Sided & { label: string })[] {
  const labels = new Map(Object.entries(glossFiles).map(([label, file]) => [file, label]));
  return sources.wordnet.flatMap(({ lexicographer, definition, side }) => {
    const label = labels.get(lexicographer);
    const { shortest, longest } = definitionLength;
    const fits = definition.length >= shortest && definition.length <= longest;
    return label !== undefined && fits ? [{ text: definition, side, label }] : [];
  });
}

function genres(sources: Sources, side: Side): Example[] {
  const repeated = repeatedPassages(sources.brown);
  return Object.entries(genreLetters).flatMap(([label, letters]) => {
    const files = sources.brown.filter((file) => file.side === side && letters.includes(file.genre));
    const mixed = shuffled(files, seededRandom(`genre ${label}`));
    return drawPassages(mixed, perClass.genre[side], repeated).map((text) => ({ text, label }));
  });
}

/** The examples of a task on one side, shuffled. */
export function buildTask(sources: Sources, task: TaskName, side: Side): Example[] {
  const examples = {
    sentiment: () => draw(sources.reviews, task, side),
    spam: () => draw(sources.mails.filter(isLegible), task, side),
    gloss: () => draw(glosses(sources), task, side),
    genre: () => genres(sources, side),
  }[task]();
  return shuffled(examples, seededRandom(`order ${task} ${side}`));
}

/** Writes media/sample/data/<task>.<side>.jsonl; stops if a text of a task stands in two places. */
export function makeTasks(): void {
  const sources = readSources();
  mkdirSync(paths.data, { recursive: true });
  for (const task of Object.keys(perClass) as TaskName[]) {
    const seen = new Set<string>();
    for (const side of ['train', 'validation', 'test'] as const) {
      const examples = buildTask(sources, task, side);
      for (const { text } of examples) {
        if (seen.has(textKey(text))) throw new Error(`${task}: twice: ${text}`);
        seen.add(textKey(text));
      }
      const lines = examples.map(({ text, label }) => JSON.stringify({ text, label }));
      writeFileSync(join(paths.data, `${task}.${side}.jsonl`), `${lines.join('\n')}\n`);
      console.log(`${task}.${side}: ${examples.length} texts`);
    }
  }
}

if (require.main === module) makeTasks();
