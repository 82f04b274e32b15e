import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readOutcomes } from '../../../src/engine/judge/outcomes';
import { requestsOf } from '../../../src/files/searchRequests';
import { readStudy } from '../../../src/search/journal';
import { nextStep } from '../../../src/search/nextStep';
import { readOptuna } from '../../../src/search/optuna/readOptuna';
import { writeOptuna } from '../../../src/search/optuna/writeOptuna';
import { newStudy } from '../../../src/search/study';
import { apply, at, settingsOf, trialEvents } from '../../unit/search/studies';
import { mutateLines } from '../mutators/lines';
import { textOf, type FuzzTarget, type OpenTarget } from '../target';

const settings = settingsOf({ seeds: [1, 2] });
const proposed = {
  at,
  type: 'proposed' as const,
  proposals: [{ point: { rank: 2 } }, { point: { rank: 8 } }],
};
const begun = apply(newStudy(settings), proposed);
const events = [proposed, ...trialEvents(begun, 0, () => 0.5), ...trialEvents(begun, 1, () => 0.75)];
const study = apply(begun, ...events.slice(1));
const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const ofLines = (input: string, read: (text: string) => boolean | Promise<boolean>): OpenTarget => ({
  seeds: [{ name: 'made', input }],
  mutate: (seed, random) => mutateLines(textOf(seed.input), random),
  read: (mutated) => read(textOf(mutated)),
});

/** A search's journal, with what it would do next. */
const trials: FuzzTarget = {
  name: 'trials',
  open: (folder) => {
    const file = path.join(folder, 'trials.jsonl');
    const written = text([{ at, type: 'study', version: 1, settings }, ...events]);
    return Promise.resolve(
      ofLines(written, async (mutated) => {
        await writeFile(file, mutated);
        nextStep(await readStudy(file));
        return true;
      }),
    );
  },
};

const requests: FuzzTarget = {
  name: 'search-requests',
  open: () => {
    const add = { at, type: 'add', point: { rank: 4 } };
    const written = text([{ at, type: 'pause' }, add, { at, type: 'answered', request: 1, refusal: 'No.' }]);
    return Promise.resolve(ofLines(written, (mutated) => requestsOf(mutated).waiting.length > 0));
  },
};

const optuna: FuzzTarget = {
  name: 'optuna',
  open: () =>
    Promise.resolve(
      ofLines(writeOptuna(study), (mutated) => readOptuna(mutated, 'study.log', settings).length > 0),
    ),
};

/** What each training of a judgement did on each example. */
const outcomes: FuzzTarget = {
  name: 'outcomes',
  open: (folder) => {
    const file = path.join(folder, 'outcomes.jsonl');
    const row = { rank: 4, alpha: 8, experts: 1 };
    const judged = {
      ...{
        fingerprint: 'x',
        controls: ['uniform'],
        seeds: [1, 2],
        adapter: row,
        split: 'validation',
        margin: 0,
      },
      plan: { modules: { 'model.layers.0.mlp.up_proj': row }, shared: [] },
    };
    const tasks = [{ task: 'spam', losses: [0.5, 0.25], targets: [1, 1], hits: [1, 0] }];
    const trained = { type: 'trained', arm: 'plan', seed: 1, secondsPerStep: 0.1, memoryBytes: 1e6, tasks };
    const diverged = { type: 'diverged', arm: 'uniform', seed: 2, reason: 'It ran away.' };
    const written = text([{ type: 'judgement', version: 1, settings: judged }, trained, diverged]);
    return Promise.resolve(
      ofLines(written, async (mutated) => {
        await writeFile(file, mutated);
        return (await readOutcomes(file)).outcomes.length > 0;
      }),
    );
  },
};

export const studies: readonly FuzzTarget[] = [trials, requests, optuna, outcomes];
