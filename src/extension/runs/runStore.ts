import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listRuns, readRunEvents, runFiles } from '../../files/runs';
import { applyEvent, emptyRun, type RunState } from '../../shared/runState';
import { orphanEnd } from './orphan';

/** A run as far as it has come. */
export interface Run {
  readonly folder: string;
  readonly state: RunState;
}

/** Lenses and hints are asked for at every keystroke; the disk is looked at no more often than this. */
const freshMs = 1000;

/**
 * Runs on disk, read when they changed and only then. For everything that wants to know what the newest run says; a page
 * that follows a run has a `RunFollower`.
 */
export class RunStore {
  private readonly read = new Map<string, { stamp: string; run: Run }>();
  private readonly lists = new Map<string, { at: number; folders: Promise<string[]> }>();

  /** The folders of an experiment's runs, newest first. */
  folders(experiment: string): Promise<string[]> {
    const known = this.lists.get(experiment);
    if (known && Date.now() - known.at < freshMs) return known.folders;
    const folders = listRuns(experiment);
    this.lists.set(experiment, { at: Date.now(), folders });
    return folders;
  }

  /** A run has begun, ended or got a plan: look at the disk at the next question. */
  forget(): void {
    this.lists.clear();
  }

  /**
   * One run.
   *
   * @throws LabError `run-not-found`, `journal-invalid`
   */
  async run(folder: string): Promise<Run> {
    const found = await stat(join(folder, runFiles.events)).catch(() => undefined);
    const stamp = `${found?.mtimeMs}/${found?.size}`;
    const known = this.read.get(folder);
    const isOver = known?.run.state.status !== 'running';
    if (known?.stamp === stamp && isOver) return known.run;
    const events = await readRunEvents(folder);
    const end = await orphanEnd(folder, events);
    const all = end ? [...events, end] : events;
    const run = { folder, state: all.reduce(applyEvent, emptyRun) };
    this.read.set(folder, { stamp, run });
    return run;
  }

  /** The newest run, or undefined where there is none. */
  async newest(experiment: string): Promise<Run | undefined> {
    const [folder] = await this.folders(experiment);
    return folder === undefined ? undefined : this.run(folder).catch(() => undefined);
  }

  /** The newest run that has scores of every task, or undefined. */
  async newestScored(experiment: string): Promise<Run | undefined> {
    for (const folder of await this.folders(experiment)) {
      const run = await this.run(folder).catch(() => undefined);
      if (run && isScored(run.state)) return run;
    }
    return undefined;
  }
}

/** Whether a run wrote the scores of all its tasks; what came after, such as a budget too small, may have failed. */
export const isScored = ({ wrote, modules, tasks }: RunState): boolean =>
  wrote.includes(runFiles.scores) &&
  modules.length > 0 &&
  tasks.length > 0 &&
  tasks.every(({ scores }) => scores.length === modules.length);
