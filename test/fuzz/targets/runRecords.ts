import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { provenanceText } from '../../../src/configs/provenance';
import { readRunRecords } from '../../../src/files/runRecords';
import { reasonAgainstResuming, readManifest, runFiles } from '../../../src/files/runs';
import { summaryOf } from '../../../src/planning/planSummary';
import { mutateJson } from '../mutators/json';
import { textOf, type FuzzTarget } from '../target';

const runs = path.resolve(__dirname, '../../../media/sample/.adapter-lab/runs');
const sample = path.join(runs, readdirSync(runs)[0] ?? '');

/** One of a finished run's files is fuzzed, the others are sound; what allocating and committing make of them is made. */
const ofFile = (name: string, fuzzed: string): FuzzTarget => ({
  name,
  open: (folder) => {
    for (const file of [runFiles.manifest, runFiles.scores, runFiles.plan, runFiles.events])
      copyFileSync(path.join(sample, file), path.join(folder, file));
    const input = shortened(readFileSync(path.join(sample, fuzzed), 'utf8'));
    return Promise.resolve({
      seeds: [{ name: fuzzed, input }],
      mutate: (seed, random) => mutateJson(textOf(seed.input), [], random),
      read: async (mutated) => {
        await writeFile(path.join(folder, fuzzed), mutated);
        await reasonAgainstResuming(folder);
        await readManifest(folder);
        const { manifest, scores, scoresHash, plan } = await readRunRecords(folder);
        if (plan === undefined) return false;
        const { scores: all } = scores;
        summaryOf({ modules: all[0]?.modules ?? [], budget: {} }, plan.plan, plan.totals, 0);
        const facts = {
          experiment: manifest.experiment,
          run: manifest.id,
          adapterLab: '1',
          budget: {},
          seed: 1,
        };
        provenanceText({ ...facts, plan, scores: all, scoresHash });
        return true;
      },
    });
  },
});

/** The sample's scores hold numbers of every sample, which would be most of what is mutated. */
function shortened(text: string): string {
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length > 8 && value.every((one) => typeof one === 'number');
  return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
    isNumbers(value) ? value.slice(0, 4) : value,
  );
}

export const runRecords: readonly FuzzTarget[] = [
  ofFile('run-json', runFiles.manifest),
  ofFile('plan-json', runFiles.plan),
  ofFile('scores-json', runFiles.scores),
];
