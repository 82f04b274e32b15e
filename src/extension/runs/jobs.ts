import { basename } from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { newRunFolder } from '../../files/runs';
import { cancelled, LabError, toLabError } from '../../shared/errors';
import type { Params, Sharing } from '../../shared/protocol';
import type { RunEvent } from '../../shared/runEvents';
import { replay } from '../../shared/replay';
import { applyEvent } from '../../shared/applyEvent';
import { emptyRun, type RunState } from '../../shared/runState';
import type { EngineClient } from '../engineClient/engineClient';
import { Emitter } from '../emitter';
import type { Log } from '../log';
import { recordEnd } from './recordEnd';
import { RunFollower } from './runFollower';

/** The job that the engine works on. */
export interface Job {
  /** Absolute paths. */
  readonly run: string;
  readonly experiment: string;
  /** What the journal says so far. */
  readonly state: RunState;
  /** True once the user asked it to stop. */
  readonly stopping: boolean;
}

export interface JobEnd extends Pick<Job, 'run' | 'experiment' | 'state'> {
  /** Absent where the job came to its end. */
  readonly error: LabError | undefined;
}

export type DeviceChoice = Params<'score'>['device'];
/** What a scoring is for: the scores alone, or the whole experiment. */
export type ScoringJob = Params<'score'>['job'];
export type EngineJob = ScoringJob | 'train' | 'search' | 'judge';

/**
 * Whether a process of its own does a job, as it trains. The main job does where the experiment has a block `search:` or
 * `judge:`.
 */
export const isApart = (
  job: EngineJob,
  { searches, judges }: Pick<Experiment, 'searches' | 'judges'>,
): boolean => (job === 'run' ? searches || judges : job !== 'score');

/** The part of the engine that jobs need. */
export type JobEngine = Pick<EngineClient, 'request' | 'stop' | 'onRunGrew'>;

/** A batch that is being computed is finished first; an engine that takes longer than this is ended. */
const stopSeconds = 10;

/**
 * The work of the engine, one job at a time: a second would only slow the first one down. Follows the job's journal, and
 * writes its end where the engine could not.
 */
export class Jobs {
  private readonly changes = new Emitter<Job | undefined>();
  private readonly ends = new Emitter<JobEnd>();
  /** The job has begun, come further, or ended (undefined). */
  readonly onChange = this.changes.event;
  readonly onEnd = this.ends.event;

  private current: Job | undefined;
  private controller = new AbortController();

  /** @param patience seconds that the engine has to stop by itself */
  constructor(
    private readonly engine: JobEngine,
    private readonly log: Log,
    private readonly patience = stopSeconds,
  ) {}

  get active(): Job | undefined {
    return this.current;
  }

  /**
   * Scores the layers of an experiment, searches its rank, trains its adapters, or judges its plan, into a new run. To be called
   * only while nothing is active.
   *
   * @param job names the run's folder and is recorded in it
   * @param begun called with the run's folder before the engine is asked
   * @param stopped the folder of a run that was stopped: it goes on, and no new one is made
   * @param sharing how the job is shared out
   * @returns the run's folder
   * @throws LabError what ended the job
   */
  async start(
    experiment: Experiment,
    job: EngineJob,
    device: DeviceChoice,
    begun: (run: string) => void = () => undefined,
    stopped?: string,
    sharing: Sharing = {},
  ): Promise<string> {
    const run = stopped ?? newRunFolder(experiment.file, job, new Date());
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.set({ run, experiment: experiment.file, state: begunState(experiment, job), stopping: false });
    const follower = this.follow(run);
    let error: LabError | undefined;
    try {
      begun(run);
      const { engine } = this;
      const hints = engine.onRunGrew((grown) => grown === run && void follower.look());
      signal.addEventListener('abort', () => this.insist(signal), { once: true });
      try {
        await follower.start();
        const order = { experiment: experiment.file, run, device, resume: stopped !== undefined };
        await this.ask(experiment, job, { ...order, ...sharing }, signal);
      } finally {
        hints.dispose();
      }
      await follower.look();
      return run;
    } catch (thrown) {
      error = toLabError(thrown);
      await recordEnd(run, error, isApart(job, experiment)).catch((failure: unknown) =>
        this.log.error(String(failure)),
      );
      throw error;
    } finally {
      follower.dispose();
      const state = this.current?.state ?? emptyRun;
      this.set(undefined);
      this.ends.fire({ run, experiment: experiment.file, state, error });
    }
  }

  /** Resolves when nothing is active. */
  idle(): Promise<void> {
    if (!this.current) return Promise.resolve();
    return new Promise((resolve) => {
      const subscription = this.onEnd(() => {
        subscription.dispose();
        resolve();
      });
    });
  }

  /**
   * Asks the active job to stop, and ends the engine where that takes too long.
   * @param run absolute path of the folder of the run that is meant, where it is a certain one
   * @throws LabError run-in-progress where that is none of this window
   */
  stop(run?: string): void {
    if (run !== undefined && this.current?.run !== run) throw foreign(run);
    if (!this.current || this.current.stopping) return;
    this.set({ ...this.current, stopping: true });
    this.controller.abort();
  }

  private async ask(
    experiment: Experiment,
    job: EngineJob,
    order: Params<'train'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { engine } = this;
    if (job === 'train' || job === 'judge') await engine.request(job, order, signal);
    else if (job === 'search' || (job === 'run' && isApart(job, experiment)))
      await engine.request('search', { ...order, job }, signal);
    else await engine.request('score', { ...order, job }, signal);
  }

  private insist(signal: AbortSignal): void {
    setTimeout(() => {
      if (this.current && this.controller.signal === signal) void this.engine.stop(cancelled());
    }, this.patience * 1000);
  }

  private follow(run: string): RunFollower {
    const follower = new RunFollower(run);
    follower.onNews(({ events, restart }) => {
      if (this.current?.run !== run) return;
      const state = replay(restart ? emptyRun : this.current.state, events);
      this.set({ ...this.current, state });
    });
    follower.onFailure((thrown) => this.log.error(toLabError(thrown).message));
    return follower;
  }

  private set(job: Job | undefined): void {
    this.current = job;
    this.changes.fire(job);
  }
}

const foreign = (run: string): LabError =>
  new LabError(
    'run-in-progress',
    `The run ${basename(run)} is none that this window works on.`,
    'Stop it where it was started.',
  );

/** What a run's journal will say first, once the engine is there to write it. */
export const begunEvent = (experiment: string, job: EngineJob, tasks: readonly string[]): RunEvent => ({
  at: new Date().toISOString(),
  type: 'started',
  job,
  experiment: basename(experiment),
  tasks: [...tasks],
});

const begunState = ({ file, tasks }: Experiment, job: EngineJob): RunState =>
  applyEvent(
    emptyRun,
    begunEvent(
      file,
      job,
      tasks.map(({ name }) => name),
    ),
  );
