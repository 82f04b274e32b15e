import { version as tfjsVersion } from '@tensorflow/tfjs';
import os from 'node:os';
import path from 'node:path';
import { hashFile } from '../files/hash';
import { isWorkedOn } from '../files/workedOn';
import { beganAt, isElsewhere } from '../files/processes';
import { isFile } from '../files/isFile';
import { holdingRun, isHeld } from '../files/runLock';
import { readManifest, resumeFile, runFiles } from '../files/runs';
import { LabError } from '../shared/errors';
import type { Job } from '../shared/runEvents';
import type { RunManifest } from '../shared/runManifest';

/** Paths in a run are relative to it, with forward slashes: a run that is copied or committed stays true. */
export const relativeTo = (from: string, to: string): string =>
  path.relative(from, to).split(path.sep).join('/');

/**
 * The record of a run that begins.
 * @param experiment absolute path of the experiment file; undefined where there is none
 */
export async function newManifest({
  run,
  job,
  version,
  experiment,
  model,
  seed,
  command,
  experimentHash,
}: {
  readonly run: string;
  readonly job: Job;
  readonly version: string;
  readonly experiment: string | undefined;
  readonly model: string;
  readonly seed: number;
  /** How it was asked for on the command line; in the editor, what asks for the same there. */
  readonly command?: string | undefined;
  /** Where it is not that of the file as it is now. */
  readonly experimentHash?: string | undefined;
}): Promise<RunManifest> {
  return {
    version: 1,
    id: path.basename(run),
    job,
    ...(command === undefined && experiment === undefined
      ? {}
      : { command: command ?? `adapter-lab ${job} ${path.basename(experiment ?? '')}` }),
    experiment: experiment === undefined ? '' : relativeTo(run, experiment),
    createdAt: new Date().toISOString(),
    state: 'running',
    pid: process.pid,
    host: os.hostname(),
    pidBegan: await beganAt(process.pid),
    seed,
    versions: { adapterLab: version, node: process.versions.node, tfjs: tfjsVersion.tfjs },
    inputs: {
      experimentHash: experimentHash ?? (experiment === undefined ? '' : await hashFile(experiment)),
      model: relativeTo(run, model),
      // Filled in when they have been read.
      modelHash: '',
      tasks: [],
    },
  };
}

/** @throws LabError run-not-found, run-not-resumable where the run is of another job, or seems to go on */
export async function requireMine(run: string, job: Job, experiment: string | undefined): Promise<void> {
  const manifest = await readManifest(run);
  const mine = experiment === undefined ? '' : relativeTo(run, experiment);
  if (manifest.job !== job || manifest.experiment !== mine) {
    throw new LabError(
      'run-not-resumable',
      `The run in ${run} is of another job: ${manifest.job}${manifest.experiment === '' ? '' : ` of ${manifest.experiment}`}.`,
      'Name a run of this one.',
    );
  }
  const { host, pid, state } = manifest;
  // Whoever holds the run has seen to it that no other machine's process does.
  const isOwn = isElsewhere(host) ? isHeld(run) : pid === process.pid;
  if (state === 'running' && !isOwn && (await isWorkedOn(run, manifest))) {
    const where = isElsewhere(host) ? ` of ${host}` : '';
    throw new LabError(
      'run-not-resumable',
      `The run in ${run} seems to go on still, in process ${pid}${where}.`,
      `Wait for its end or stop it; if no such process works on it, set "state" to "failed" in its run.json.`,
    );
  }
}

/**
 * Does work on a run: one that goes on is held meanwhile, so that of two processes one goes on with it. One that begins is held by its
 * writer. Where there is no such run, the work says so.
 * @throws LabError run-in-progress, and what the work throws
 */
export async function goingOn<T>(
  { run, resume = false }: { readonly run: string; readonly resume?: boolean | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const isThere = resume && (await isFile(path.join(run, runFiles.manifest)));
  return isThere ? holdingRun(run, work) : work();
}

/**
 * Whether a run had come as far as to have something to go on from. One that was killed before is begun at its beginning when it
 * is resumed; one that came to an end without is not.
 */
export const hasBegun = async (run: string): Promise<boolean> =>
  (await isFile(resumeFile(run))) ||
  (await isFile(path.join(run, runFiles.scores))) ||
  (await readManifest(run)).state !== 'running';
