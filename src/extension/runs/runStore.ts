import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalTail } from '../../files/journalTail';
import { fileError } from '../../files/fileError';
import { listRuns, runFiles } from '../../files/runs';
import { runTail } from '../../files/skim/skimRun';
import { isBound } from '../../shared/lastLeg';
import { replay } from '../../shared/replay';
import type { RunEvent } from '../../shared/runEvents';
import { applyEvent } from '../../shared/applyEvent';
import { emptyRun, type RunState } from '../../shared/runState';
import { orphanEnd } from './orphan';

/** A run as far as it has come. */
export interface Run {
  readonly folder: string;
  readonly state: RunState;
}

/** What of a run was read so far. */
interface RunRead {
  readonly tail: JournalTail<RunEvent>;
  generation: number;
  state: RunState;
  bounds: readonly RunEvent[];
  /** Of the journal as it was read last. */
  stamp: string;
  run: Run | undefined;
}

/** Lenses and hints are asked for at every keystroke; the disk is looked at no more often than this. */
const freshMs = 1000;

/**
 * Runs on disk, read when they changed and only then, and of a journal that has grown no more than what is new. For everything that wants to know what the newest run says; a page
 * that follows a run has a `RunFollower`.
 */
export class RunStore {
  private readonly read = new Map<string, RunRead>();
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
    const journal = join(folder, runFiles.events);
    const found = await stat(journal).catch((thrown: unknown) => {
      throw fileError(thrown, 'run-not-found', 'The journal', journal, 'Check the name of the run.');
    });
    const stamp = `${found.mtimeMs}/${found.size}`;
    const read = this.read.get(folder) ?? {
      ...{ tail: runTail(folder), generation: 0, state: emptyRun, bounds: [], stamp: '', run: undefined },
    };
    this.read.set(folder, read);
    if (read.run !== undefined && read.stamp === stamp && read.run.state.status !== 'running')
      return read.run;
    await this.readNews(read);
    read.stamp = stamp;
    const end = await orphanEnd(folder, read.bounds);
    read.run = { folder, state: end ? applyEvent(read.state, end) : read.state };
    return read.run;
  }

  private async readNews(read: RunRead): Promise<void> {
    const events = await read.tail.read();
    if (read.tail.generation !== read.generation) [read.state, read.bounds] = [emptyRun, []];
    read.generation = read.tail.generation;
    read.state = replay(read.state, events);
    read.bounds = [...read.bounds, ...events.filter(isBound)];
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
