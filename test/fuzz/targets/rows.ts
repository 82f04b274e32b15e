import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { classesIn, toClassSample, toImageSample } from '../../../src/models/classSamples';
import { sampleLines } from '../../../src/models/dataFile';
import { toSample } from '../../../src/models/samples';
import type { PatchEmbedding } from '../../../src/models/spec';
import type { TextTokenizer } from '../../../src/models/tokenizer';
import { LabError } from '../../../src/shared/errors';
import type { TaskSource } from '../../../src/shared/taskSource';
import { mutateJson } from '../mutators/json';
import { mutateLines } from '../mutators/lines';
import { mutateText } from '../mutators/text';
import { textOf, type FuzzInput, type FuzzTarget, type Random, type Seed } from '../target';

const records: readonly Record<string, unknown>[] = [
  { text: 'Free tickets é🦙', label: 'spam' },
  { text: 'See you at six', label: 'ham' },
  { input_ids: [1, 2, 3, 4], labels: [-100, 2, 3, 4], attention_mask: [1, 1, 1, 1] },
  { messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: [{ type: 'text', text: 'Ho' }] }] },
  { conversations: [{ from: 'human', value: 'Hi' }, { from: 'gpt', value: 'Ho' }], tools: [{ name: 'f' }] },
  { question: 'What?', text: 'That.', label: 1 },
  { pixel_values: [[[0.5, 0.25], [0, 1]]], label: 0 },
]; // prettier-ignore

/** One token a character: what a tokenizer makes of a text is fuzzed elsewhere. */
const characters: TextTokenizer = {
  encode: (text) => Array.from(text, (one) => one.codePointAt(0) ?? 0),
  encodePlain: (text) => Array.from(text, (one) => one.codePointAt(0) ?? 0),
  decode: (ids) => ids.map((id) => String.fromCodePoint(id)).join(''),
  chat: {
    render: (messages) => messages.map(({ role, content }) => `<${role}>${content ?? ''}</>`).join(''),
  },
};

const tasks = (file: string): readonly TaskSource[] => [
  { name: 'class', kind: 'classification', file, text: 'text', label: 'label' },
  { name: 'lm', kind: 'causal-lm', file, text: 'text' },
  { name: 'asked', kind: 'causal-lm', file, text: 'text', prompt: '{question} {{x}}' },
];

const image: PatchEmbedding = {
  ...{ kind: 'patches', imageSize: 2, patchSize: 1, channels: 1 },
  ...{ projection: 'p', classToken: 'c', positions: 'o' },
};

/** A data file of one format: its rows, and every sample that can be made of each. */
function ofFormat(
  ending: string,
  inputs: readonly FuzzInput[],
  mutate: (input: FuzzInput, random: Random) => FuzzInput,
): FuzzTarget {
  return {
    name: `rows-${ending}`,
    open: (folder) => {
      const file = path.join(folder, `data.${ending}`);
      const classes = classesIn({ id2label: { 0: 'ham', 1: 'spam' } }, 2);
      return Promise.resolve({
        seeds: inputs.map((input, index): Seed => ({ name: `${ending} ${index + 1}`, input })),
        mutate: ({ input }, random) => mutate(input, random),
        read: async (input) => {
          await writeFile(file, input);
          const lines = await sampleLines(file, 8, 1);
          assert.ok(lines.length > 0);
          let samples = 0;
          for (const { record, where } of lines) {
            for (const make of [
              ...tasks(file).map((task) => () => toSample(record, task, characters, 64, where)),
              ...tasks(file).map((task) => () => toClassSample(record, task, classes, characters, 64, where)),
              () => toImageSample(record, image, classes, 4, where),
            ])
              if (taken(make)) samples++;
          }
          return samples > 0;
        },
      });
    },
  };
}

function taken(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (thrown) {
    if (thrown instanceof LabError) return false;
    throw thrown;
  }
}

const csv = (separator: string): string =>
  `text${separator}label${separator}question\n"Free ""tickets""${separator} é"${separator}spam${separator}a\r\nSee you${separator}ham${separator}\n\n"a\nb"${separator}1${separator}c\n`;

const lines = records.map((one) => `${JSON.stringify(one)}\n`).join('');
const text =
  (mutate: (text: string, others: readonly string[], random: Random) => string) =>
  (input: FuzzInput, random: Random): string =>
    mutate(textOf(input), [lines], random);

/**
 * Parquet is not among them: its library loops over counts that stand in packed pages, so that only a process of its own
 * bounds it (SECURITY.md).
 */
export const rows: readonly FuzzTarget[] = [
  ofFormat('jsonl', [lines], (input, random) => mutateLines(textOf(input), random)),
  ofFormat('json', [JSON.stringify(records)], text(mutateJson)),
  ofFormat('csv', [csv(',')], text(mutateText)),
  ofFormat('tsv', [csv('\t')], text(mutateText)),
];
