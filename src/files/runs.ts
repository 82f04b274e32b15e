import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { experimentEnding, runsFolder } from '../shared/ids';
import { toLabError } from '../shared/errors';
import { runEventSchema, type Job, type RunEvent } from '../shared/runEvents';
import { runManifestSchema, type RunManifest } from '../shared/runManifest';
import { readJsonAs } from './json';
import { readJournal } from './readJournal';
import { readRequests, requestsFile } from './searchRequests';
import { isFile } from './isFile';
import { lockFile } from './unfinished';

/** The files of a run's folder. */
export const runFiles = {
  manifest: 'run.json',
  events: 'events.jsonl',
  scores: 'scores.json',
  trials: 'trials.jsonl',
  /** What was asked of a search while it ran (files/searchRequests.ts). */
  requests: requestsFile,
  plan: 'plan.json',
  /** The plan that an editor has put into the experiment while the run goes on; its journal says so once nobody else writes there. */
  writtenPlan: 'written-plan.json',
  /** What each training of a judgement did on each example (engine/judge/outcomes.ts). */
  outcomes: 'outcomes.jsonl',
  verdict: 'verdict.json',
  /** The experiment as it was when the run began. */
  experiment: 'experiment.yaml',
  report: 'report.md',
  htmlReport: 'report.html',
  /** A verdict as a table for papers. */
  latex: 'report.tex',
  /** A classification head that was made for a model without one. */
  head: 'head.safetensors',
  /** By which a process holds the run while it works on it (files/runLock.ts). */
  lock: lockFile,
  /** Parts of the run that an executor does (engine/pieces/). */
  pieces: 'pieces',
} as const;

/** `quickstart` for `…/quickstart.adapter.yaml`. */
export const experimentName = (experiment: string): string =>
  basename(experiment)
    .replace(experimentEnding, '')
    .replace(/\.ya?ml$/, '');

/** The folder that holds the runs of every experiment beside it. */
export const runsRoot = (experiment: string): string => join(dirname(experiment), ...runsFolder.split('/'));

/** Path of a new run: `<time>-<experiment>-<job>`, sorted by time as text. The folder is not made. */
export function newRunFolder(experiment: string, job: Job, now: Date): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 19).replace('.', '');
  return join(runsRoot(experiment), `${time}-${experimentName(experiment)}-${job}`);
}

/** Orders folders of runs, whose names begin with the time at which they began. */
export const newestFirst = (a: string, b: string): number => (basename(a) < basename(b) ? 1 : -1);

/** Absolute paths of an experiment's runs, newest first. A run is a folder with an events file. */
export async function listRuns(experiment: string): Promise<string[]> {
  const root = runsRoot(experiment);
  const names = await readdir(root).catch(() => [] as string[]);
  const mine = names
    .sort(newestFirst)
    .map((name) => join(root, name))
    .filter((folder) => isRunOf(experiment, folder));
  const withEvents = await Promise.all(mine.map(async (folder) => ((await isRun(folder)) ? [folder] : [])));
  return withEvents.flat();
}

/** Whether a folder is where a run of this experiment lies, by its place and name. */
export const isRunOf = (experiment: string, folder: string): boolean =>
  dirname(folder) === runsRoot(experiment) && runNameOf(basename(folder)) === experimentName(experiment);

/** Whether there is a run in a folder: its journal. */
export const isRun = (folder: string): Promise<boolean> => isFile(join(folder, runFiles.events));

/** A run's `run.json`. @throws LabError run-not-found */
export const readManifest = (run: string): Promise<RunManifest> =>
  readJsonAs(join(run, runFiles.manifest), runManifestSchema, {
    what: 'The run record',
    missing: 'run-not-found',
    invalid: 'run-not-found',
    next: 'Give the folder of a run, as under .adapter-lab/runs.',
  });

/** Absolute path of `state/work.json`, by which a run goes on (engine/scoring/scoreStore.ts). */
export const resumeFile = (run: string): string => join(run, 'state', 'work.json');

/**
 * Whether there is work that a run goes on from: of a score or a training, or scores with something to do behind them. A
 * search that ended without any trial would end so again. One that came to its end goes on where a trial was asked for since.
 */
export const canResume = async (run: string): Promise<boolean> =>
  (await reasonAgainstResuming(run)) === undefined;

/** Why a run cannot go on, a sentence; undefined where it can. Never throws: what cannot be read is a reason. */
export async function reasonAgainstResuming(run: string): Promise<string | undefined> {
  try {
    return await whyOver(run);
  } catch (thrown) {
    return toLabError(thrown).message;
  }
}

/** @throws LabError run-not-found, journal-invalid */
async function whyOver(run: string): Promise<string | undefined> {
  const isAsked = (await readRequests(run)).waiting.length > 0;
  const trials = await readFile(join(run, runFiles.trials), 'utf8').catch(() => '');
  if (!isAsked && trials.includes('"type":"stopped"') && !trials.includes('"type":"told"'))
    return 'No trial of this search came to its end, and it would end so again.';
  if (await isFile(resumeFile(run))) return undefined;
  const { state, job } = await readManifest(run);
  if (state === 'done' && !isAsked) return 'This run has come to its end.';
  // A score by itself has its reports behind its scores.
  const goesOnBehind = job === 'search' || job === 'run' || job === 'score';
  if (goesOnBehind && (await isFile(join(run, runFiles.scores)))) return undefined;
  return 'This run left nothing to go on from.';
}

/**
 * The newest run of an experiment that was stopped while it scored; undefined where there is none, or where a newer one has
 * come to its end.
 */
export async function resumableRun(experiment: string): Promise<string | undefined> {
  for (const run of await listRuns(experiment)) {
    if (await canResume(run)) return run;
    const manifest = await readManifest(run).catch(() => undefined);
    if (manifest?.state === 'done' && manifest.recorded !== true) return undefined;
  }
  return undefined;
}

/** `20261122-0101015-quickstart-score` -> `quickstart`; experiment names may hold dashes themselves. */
export const runNameOf = (folder: string): string | undefined => /^\d{8}-\d+-(.+)-[a-z]+$/.exec(folder)?.[1];

/** Every event of a run. A half-written last line is left out. */
export const readRunEvents = (run: string): Promise<RunEvent[]> =>
  readJournal(join(run, runFiles.events), (value) => runEventSchema.parse(value));
