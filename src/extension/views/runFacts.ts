import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileStamp } from '../../files/fileStamp';
import { isFile } from '../../files/isFile';
import { canResume, runFiles } from '../../files/runs';
import { doingWithResults } from '../../shared/doingWords';
import { jobs, type Job } from '../../shared/runEvents';
import type { RunManifest } from '../../shared/runManifest';
import type { RunState } from '../../shared/runState';
import { lostEngine, manifestOf, orphanedSince } from '../runs/orphan';

/** Of a run: its trained adapters, a folder each. */
export const adaptersFolder = 'adapters';

/** What a list says of a run. It comes of the run's record alone, never of its journal: there may be hundreds. */
export interface RunFacts {
  /** Absolute paths. */
  readonly experiment: string;
  readonly folder: string;
  /** Undefined where neither record nor name says it. */
  readonly job: Job | undefined;
  /** When it began, in milliseconds. */
  readonly began: number;
  /** Seconds from there, or from where it last went on, to its end. */
  readonly seconds: number | undefined;
  readonly status: 'running' | 'done' | 'failed' | 'cancelled' | 'unreadable';
  /** True where another program works on it. */
  readonly elsewhere: boolean;
  readonly stopping: boolean;
  /** Of a search that goes on: whether it waits to be told to; undefined of all other runs. */
  readonly paused: boolean | undefined;
  readonly recorded: boolean;
  readonly device: string | undefined;
  readonly model: string | undefined;
  readonly tasks: readonly string[];
  /** What came of it, or what it is doing. */
  readonly words: string;
  readonly resumable: boolean;
  readonly hasReport: boolean;
  /** Whether it made a plan, or trained adapters by one. */
  readonly hasPlan: boolean;
}

/** A run as it lies on the disk. Never throws: what cannot be read is a run whose record cannot be read. */
export async function readRunFacts(experiment: string, folder: string, now = Date.now()): Promise<RunFacts> {
  const manifest = await manifestOf(folder);
  const hasReport = await isFile(join(folder, runFiles.report));
  const hasPlan = (await isFile(join(folder, runFiles.plan))) || (await hasAdapters(folder));
  const named = { ...namedFacts(experiment, folder), hasReport, hasPlan };
  if (!manifest) return named;
  const facts: RunFacts = { ...named, ...recordedFacts(manifest) };
  const isLost = manifest.state === 'running' && (await orphanedSince(folder, now)) !== undefined;
  const brokeOff = isLost || manifest.state === 'failed' || manifest.state === 'cancelled';
  const resumable = brokeOff && (await canResume(folder));
  if (!isLost) return { ...facts, resumable };
  const { message, next } = lostEngine(resumable);
  return { ...facts, status: 'failed', elsewhere: false, words: `${message} ${next}`, resumable };
}

/** The facts of a run that goes on, with what its journal says by now. */
export const withState = (facts: RunFacts, state: RunState, stopping = false): RunFacts => ({
  ...facts,
  ...{ status: 'running', stopping, resumable: false },
  paused: state.searchEnd === undefined ? state.search?.paused : undefined,
  device: state.device?.name ?? facts.device,
  words: stopping ? 'stopping' : doingWithResults(state),
});

/** The facts of a run of this window, whose record the engine may not have written yet. */
export function factsOfJob(
  experiment: string,
  folder: string,
  state: RunState,
  stopping: boolean,
  known?: RunFacts,
): RunFacts {
  const began = Date.parse(state.startedAt ?? '');
  const facts = known ?? {
    ...namedFacts(experiment, folder),
    job: state.job,
    ...(Number.isNaN(began) ? {} : { began }),
    tasks: state.tasks.map(({ name }) => name),
  };
  return { ...withState(facts, state, stopping), elsewhere: false };
}

/** A stamp that changes whenever a run's record does; undefined where it has none. */
export const recordStamp = (folder: string): Promise<string | undefined> =>
  fileStamp(join(folder, runFiles.manifest));

const hasAdapters = (folder: string): Promise<boolean> =>
  readdir(join(folder, adaptersFolder)).then(
    (names) => names.length > 0,
    () => false,
  );

function recordedFacts(manifest: RunManifest): Partial<RunFacts> {
  const {
    job,
    createdAt,
    resumedAt,
    finishedAt,
    state,
    recorded = false,
    device,
    outcome = '',
    inputs,
  } = manifest;
  const [began, from, to] = [createdAt, resumedAt ?? createdAt, finishedAt ?? ''].map((at) => Date.parse(at));
  const seconds = ((to ?? NaN) - (from ?? NaN)) / 1000;
  return {
    ...{ job, status: state, elsewhere: state === 'running', recorded, device, words: outcome },
    ...(began === undefined || Number.isNaN(began) ? {} : { began }),
    seconds: Number.isFinite(seconds) ? Math.max(0, seconds) : undefined,
    model: basename(inputs.model),
    // Of a training each file is named with its task.
    tasks: [...new Set(inputs.tasks.map(({ name }) => name))],
  };
}

/** What the name of a run's folder says: `20261122-012842550-quickstart-run`. When it began is in milliseconds. */
export function toldByName(folder: string): {
  readonly job: Job | undefined;
  readonly began: number | undefined;
} {
  const name = basename(folder);
  const time = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(name)?.slice(1).map(Number);
  const [year = 1970, month = 1, ...rest] = time ?? [];
  return {
    job: jobs.find((job) => name.endsWith(`-${job}`)),
    began: time && Date.UTC(year, month - 1, ...rest),
  };
}

function namedFacts(experiment: string, folder: string): RunFacts {
  const { job, began = 0 } = toldByName(folder);
  return {
    ...{ experiment, folder, job, began },
    ...{ seconds: undefined, status: 'unreadable', elsewhere: false, stopping: false, recorded: false },
    paused: undefined,
    ...{ device: undefined, model: undefined, tasks: [], resumable: false, hasReport: false },
    hasPlan: false,
    words: 'run.json is missing or of another version',
  };
}
