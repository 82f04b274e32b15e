import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { parseExperiment } from '../../configs/experiment/parse';
import { fileError } from '../../files/fileError';
import { readManifest, runFiles } from '../../files/runs';
import { LabError } from '../../shared/errors';
import type { RunManifest } from '../../shared/runManifest';
import { armTitles } from '../../shared/verdictWords';
import type { Plan } from '../../shared/words';
import type { RunWriter } from '../runWriter';
import { asBegun } from './begun';
import { readOutcomes, type JudgedOutcome } from './outcomes';

/** What a run judged, to be judged once more. */
export interface Reproduction {
  /** Absolute path of its folder. */
  readonly run: string;
  readonly manifest: RunManifest;
  /** As it was, whatever became of the file since. */
  readonly experiment: Experiment;
  readonly plan: Plan;
  readonly seeds: readonly number[];
  readonly outcomes: readonly JudgedOutcome[];
}

/**
 * What a run that judged went by.
 * @throws LabError run-not-found, run-not-reproducible where it judged nothing to its end or its experiment is gone
 */
export async function readReproduction(run: string): Promise<Reproduction> {
  const manifest = await readManifest(run);
  const { settings, outcomes } = await readOutcomes(path.join(run, runFiles.outcomes));
  if (manifest.state !== 'done') {
    throw new LabError(
      'run-not-reproducible',
      `The run in ${run} did not come to its end.`,
      'Go on with it by --resume, or name another run.',
    );
  }
  if (outcomes.length === 0) {
    throw new LabError(
      'run-not-reproducible',
      `The run in ${run} had nothing to judge: its plan has no control.`,
      'Name another run.',
    );
  }
  const file = path.join(run, runFiles.experiment);
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw fileError(thrown, 'run-not-reproducible', 'The experiment of the run', file, 'Name another run.');
  });
  const { experiment } = parseExperiment(text, path.resolve(run, manifest.experiment));
  if (experiment === undefined) {
    throw new LabError(
      'run-not-reproducible',
      `${file} is no experiment that this version can read.`,
      `Use Adapter Lab ${manifest.versions.adapterLab}.`,
    );
  }
  return {
    ...{ run, manifest, outcomes, plan: settings.plan, seeds: settings.seeds },
    experiment: asBegun(experiment, settings),
  };
}

/**
 * Whether the model and the data are what they were.
 * @throws LabError run-not-reproducible, naming what is another now
 */
export function requireSameInputs({ manifest }: Reproduction, inputs: RunManifest['inputs']): void {
  const before = manifest.inputs;
  const changed = [
    ...(before.modelHash === inputs.modelHash ? [] : [`the model ${before.model}`]),
    ...before.tasks.flatMap(({ name, file, hash }) => {
      const now = inputs.tasks.find((one) => one.name === name && one.file === file);
      return now?.hash === hash ? [] : [`${path.basename(file)} of task ${name}`];
    }),
  ];
  if (changed.length === 0) return;
  throw new LabError(
    'run-not-reproducible',
    `Not the same as then: ${changed.join(', ')}.`,
    'Put it back as it was.',
  );
}

/** How the numbers of a second judgement stand to those of the first. */
export interface Agreement {
  readonly agrees: boolean;
  /** One sentence for people. */
  readonly words: string;
}

/** Losses as near as this are the same numbers, summed up in another order. */
const near = 1e-4;

/** Compares two judgements training by training and example by example. */
export function agreementOf(before: readonly JudgedOutcome[], now: readonly JudgedOutcome[]): Agreement {
  const differences = before.map((outcome) => {
    const other = now.find(({ arm, seed }) => arm === outcome.arm && seed === outcome.seed);
    return { outcome, largest: other === undefined ? Infinity : largestDifference(outcome, other) };
  });
  const missing = differences.filter(({ largest }) => largest === Infinity).length;
  const more = now.length - (before.length - missing);
  const worst = differences.reduce((most, one) => (one.largest > most.largest ? one : most));
  const count = `${before.length} trainings`;
  if (missing > 0 || more > 0) {
    const which = [
      ...(missing > 0 ? [`${missing} of ${count} were not needed now`] : []),
      ...(more > 0 ? [`${more} more than ${count} were needed now`] : []),
    ];
    return { agrees: false, words: `The numbers differ: ${which.join(', and ')}.` };
  }
  if (worst.largest === 0) {
    return {
      agrees: true,
      words: `The numbers agree: ${count} gave the very same losses and answers on every example.`,
    };
  }
  const where = `${armTitles[worst.outcome.arm].toLowerCase()}, seed ${worst.outcome.seed}`;
  const by = `losses or answers differ by up to ${worst.largest.toPrecision(2)} (${where})`;
  return worst.largest <= near
    ? { agrees: true, words: `The numbers agree: of ${count} ${by}.` }
    : { agrees: false, words: `The numbers differ: of ${count} ${by}.` };
}

/** Of a loss; 1 where an answer is another one. The examples are the same: the data were compared before. */
function largestDifference(a: JudgedOutcome, b: JudgedOutcome): number {
  const losses = (one: JudgedOutcome): number[] => one.tasks.flatMap((task) => task.losses);
  const answers = (one: JudgedOutcome): string => one.tasks.map(({ hits = [] }) => hits.join('')).join(' ');
  const [ours, theirs] = [losses(a), losses(b)];
  const another = answers(a) === answers(b) ? 0 : 1;
  return ours.reduce((most, loss, at) => Math.max(most, Math.abs(loss - (theirs[at] ?? Infinity))), another);
}

/** The outcomes of a run that has just judged. */
export const outcomesOf = async ({ folder }: RunWriter): Promise<readonly JudgedOutcome[]> =>
  (await readOutcomes(path.join(folder, runFiles.outcomes))).outcomes;
