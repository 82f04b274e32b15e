import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { mutateJson } from '../mutators/json';
import { mutateText } from '../mutators/text';
import { textOf, type FuzzTarget, type Seed } from '../target';

const sample = path.resolve(__dirname, '../../../media/sample');

/** Experiments as people write them, and once more as JSON, which is YAML too and can be changed by its structure. */
export const experiment: FuzzTarget = {
  name: 'experiment',
  open: (folder) => {
    const written = readdirSync(sample)
      .filter((name) => name.endsWith('.adapter.yaml'))
      .map((name): Seed => ({ name, input: readFileSync(path.join(sample, name), 'utf8') }));
    const seeds = written.flatMap((seed) => [
      seed,
      { name: `${seed.name} as JSON`, input: JSON.stringify(parse(textOf(seed.input))) },
    ]);
    const texts = seeds.map(({ input }) => textOf(input));
    const file = path.join(folder, 'x.adapter.yaml');
    return Promise.resolve({
      seeds,
      mutate: ({ input }, random) => (random() < 0.5 ? mutateJson : mutateText)(textOf(input), texts, random),
      read: (input) => {
        const text = textOf(input);
        const { experiment: read, issues } = parseExperiment(text, file);
        for (const { range, message, next } of issues) {
          assert.ok(message !== '' && next !== '');
          const { start, end } = range;
          assert.ok(0 <= start && start <= end && end <= text.length, `${message} at ${start} to ${end}`);
        }
        return read !== undefined;
      },
    });
  },
};
