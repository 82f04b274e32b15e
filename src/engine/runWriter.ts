import { readdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeFileAtomic } from '../files/atomic';
import { createFile } from '../files/createFile';
import { systemCode } from '../files/fileError';
import { isFile } from '../files/isFile';
import { Journal } from '../files/journal';
import { beganAt } from '../files/processes';
import { holdRun, requireHold } from '../files/runLock';
import { readManifest, readRunEvents, runFiles } from '../files/runs';
import { removeAllUnfinished } from '../files/unfinished';
import { LabError, toLabError } from '../shared/errors';
import { runsFolder } from '../shared/ids';
import { outcomeWords } from '../shared/outcomeWords';
import { replay } from '../shared/replay';
import type { RunEvent, UnstampedRunEvent } from '../shared/runEvents';
import type { RunManifest } from '../shared/runManifest';
import { applyEvent } from '../shared/applyEvent';
import { emptyRun, type RunState } from '../shared/runState';

/**
 * Writes a run's folder. Every event goes to the journal first and is told afterwards; `run.json` is rewritten whole when
 * the run ends. A process killed at any byte leaves a folder that still opens.
 */
export class RunWriter {
  state: RunState = emptyRun;
  /**
   * The event that was written last; undefined until one is. Those before it are in the file: a run of hours has more of them than
   * memory should hold.
   */
  last: RunEvent | undefined;
  private readonly began = performance.now();

  private constructor(
    readonly folder: string,
    private manifest: RunManifest,
    private readonly journal: Journal,
    private readonly told: (run: string) => void,
    private readonly letGo: () => Promise<void>,
  ) {}

  /**
   * Begins a run; it is held until it is finished.
   * @param told called after each write
   * @throws LabError run-in-progress where there is a run in the folder, or another process works on one
   */
  static async create(
    folder: string,
    manifest: RunManifest,
    told: (run: string) => void,
  ): Promise<RunWriter> {
    const letGo = await holdRun(folder);
    try {
      await ignoreRuns(folder);
      const events = path.join(folder, runFiles.events);
      if (await isFile(events)) throw isThere(folder);
      // The record first: where there is a journal, there is one.
      await writeManifest(folder, manifest);
      return new RunWriter(folder, manifest, await Journal.open(events), told, letGo);
    } catch (thrown) {
      await letGo();
      throw thrown;
    }
  }

  /**
   * Goes on with a run that was stopped; it is held until it is finished.
   * @throws LabError run-not-found, journal-invalid, run-in-progress
   */
  static async reopen(folder: string, told: (run: string) => void): Promise<RunWriter> {
    const letGo = await holdRun(folder);
    try {
      const manifest = await readManifest(folder);
      const events = await readRunEvents(folder);
      await removeAllUnfinished(folder, runFiles.pieces);
      const resumed: RunManifest = {
        ...manifest,
        state: 'running',
        ...{ pid: process.pid, host: os.hostname() },
        pidBegan: await beganAt(process.pid),
        resumedAt: new Date().toISOString(),
      };
      delete resumed.finishedAt;
      delete resumed.outcome;
      await writeManifest(folder, resumed);
      const journal = await Journal.open(path.join(folder, runFiles.events));
      const writer = new RunWriter(folder, resumed, journal, told, letGo);
      writer.state = replay(emptyRun, events);
      return writer;
    } catch (thrown) {
      await letGo();
      throw thrown;
    }
  }

  /** Appends one event; returns when it is in the file. @throws LabError run-in-progress where another process has taken the run over */
  async record(event: UnstampedRunEvent): Promise<void> {
    requireHold(this.folder);
    const stamped: RunEvent = { at: new Date().toISOString(), ...event };
    this.state = applyEvent(this.state, stamped);
    await this.journal.append(stamped);
    this.last = stamped;
    this.told(this.folder);
  }

  /** Returns once all that was recorded is on the disk itself, where another machine sees it. */
  flush(): Promise<void> {
    return this.journal.flush();
  }

  /** Since it began or went on: what a run took before it was stopped is not known. By no clock that is set back and forth. */
  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  /** The run's record as it stands; in the file it is with the end of the run. */
  get noted(): RunManifest {
    return this.manifest;
  }

  /** Keeps a copy of the experiment as it is now, unless there is one: the run says what it was of, whatever becomes of the file. */
  async keep(experiment: string): Promise<void> {
    if (await isFile(path.join(this.folder, runFiles.experiment))) return;
    await writeFileAtomic(path.join(this.folder, runFiles.experiment), await readFile(experiment, 'utf8'));
  }

  /** Changes of the manifest, written with the end of the run. */
  note(changes: Partial<RunManifest>): void {
    this.manifest = { ...this.manifest, ...changes };
  }

  /** Writes a file of the run, whole or not at all, and records it. */
  async write(name: string, content: string): Promise<void> {
    await writeFileAtomic(path.join(this.folder, name), content);
    await this.record({ type: 'wrote', path: name });
  }

  async finish(state: 'done' | 'failed' | 'cancelled', error?: LabError): Promise<void> {
    try {
      await this.record({
        type: 'finished',
        state,
        ...(error === undefined ? {} : { error: error.toPayload() }),
      });
      this.note({ state, finishedAt: new Date().toISOString(), outcome: outcomeWords(this.state) });
      await writeManifest(this.folder, this.manifest);
    } finally {
      await this.journal.close().finally(this.letGo);
    }
  }

  /** Ends the run as its error says and returns that error. */
  async fail(thrown: unknown): Promise<LabError> {
    const error = toLabError(thrown);
    await this.finish(error.kind === 'cancelled' ? 'cancelled' : 'failed', error);
    return error;
  }

  /** Bytes of all files in the folder that stay there. */
  async diskBytes(): Promise<number> {
    const entries = await readdir(this.folder, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name !== runFiles.lock);
    const sizes = await Promise.all(
      // Pieces write and delete files of their own meanwhile.
      files.map(({ name, parentPath }) =>
        stat(path.join(parentPath, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

const writeManifest = (run: string, manifest: RunManifest): Promise<void> =>
  writeFileAtomic(path.join(run, runFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);

const isThere = (run: string): LabError =>
  new LabError(
    'run-in-progress',
    `There is a run in ${run} already.`,
    'Start again: the next one has another name.',
  );

/** Runs stay on this machine: git is told so inside their own folder, not in a file of the user's. */
async function ignoreRuns(run: string): Promise<void> {
  const home = path.dirname(path.dirname(run));
  if (path.basename(home) !== path.posix.dirname(runsFolder)) return;
  await createFile(path.join(home, '.gitignore'), '*\n').catch((thrown: unknown) => {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
  });
}
