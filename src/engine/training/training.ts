import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { countParameters } from '../../adapters/parameter';
import type { Experiment } from '../../configs/experiment/experiment';
import { resumeFile } from '../../files/runs';
import { LabError, toLabError } from '../../shared/errors';
import type { TaskMetrics } from '../../shared/runEvents';
import type { OrderedWrites } from '../orderedWrites';
import { relativeTo } from '../runRecord';
import type { RunWriter } from '../runWriter';
import type { TrainOptions } from '../trainingRun';
import type { EvaluationSet } from './evaluate';
import { notesOf, type PreparedTraining } from './prepareTraining';
import { saveTrained } from './saveTrained';
import { TrialRunner, type RunningTrial } from './trialRunner';
import { TrainingForecast } from './trainingForecast';
import type { TrialEvent } from './trialEvents';

/** Of a run's journal, record and report, about. */
const journalBytes = 100_000;

/** All trials of an experiment, one for each seed, into a run's folder. */
export class Training {
  private readonly runner: TrialRunner;
  private forecast: TrainingForecast | undefined;

  constructor(
    private readonly experiment: Experiment,
    private readonly options: TrainOptions,
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly events: OrderedWrites,
    signal: AbortSignal,
  ) {
    const { resume = false } = options;
    this.runner = new TrialRunner({ ...options, resume }, prepared, writer, events, signal);
  }

  async run(): Promise<void> {
    const { prepared, writer } = this;
    const { work } = prepared;
    for (const text of notesOf(prepared)) await writer.record({ type: 'note', text });
    for (const [index, seed] of work.seeds.entries()) {
      if (!(await exists(this.adapterFolder(`seed-${seed}`)))) await this.train(seed, index);
    }
  }

  private async train(seed: number, index: number): Promise<void> {
    const { experiment, events, writer, runner } = this;
    const { data, adapted, work } = this.prepared;
    const name = `seed-${seed}`;
    const heard = (event: TrialEvent, running: RunningTrial): void => {
      this.foresee(event, running);
      if (event.type !== 'step' && event.type !== 'trial') return;
      const { steps } = running;
      const done = event.type === 'step' ? event.step : event.fromStep;
      const share = (index + done / steps) / work.seeds.length;
      events.push(() =>
        writer.record({ type: 'progress', share, step: `${name}, step ${done} of ${steps}` }),
      );
    };
    const running = await runner.train(
      { name, seed, experiment, adapted },
      { heard },
      async (thrown, failed) => {
        const error = toLabError(thrown);
        return error.code === 'training-diverged' ? this.keepBest(error, name, failed) : thrown;
      },
    );
    const step = await runner.takeBest(name, running);
    const metrics: TaskMetrics[] = [];
    for (const set of data.test) metrics.push((await running.trial.measure(set)).metrics);
    if (metrics.length > 0) {
      await writer.record({ type: 'evaluated', trial: name, step, split: 'test', metrics, best: true });
    }
    await writer.record({ type: 'stage', stage: 'write' });
    await this.save(name, running);
  }

  /** Once, as soon as it can be told, what the whole training will have taken. */
  private foresee(event: TrialEvent, { trial, adapter, processBytes: memoryBytes }: RunningTrial): void {
    const { data, work } = this.prepared;
    const samplesOf = (sets: readonly EvaluationSet[]): number =>
      sets.reduce((sum, { samples }) => sum + samples.length, 0);
    const { steps, evaluations } = trial;
    const trials = work.seeds.length;
    const tests = samplesOf(data.test) / Math.max(1, samplesOf(data.validation));
    this.forecast ??= new TrainingForecast({ trials, steps, evaluations, tests });
    const seconds = this.forecast.see(event, performance.now());
    if (seconds === undefined) return;
    const diskBytes = 4 * trials * countParameters(adapter.parameters) + journalBytes;
    this.events.push(() =>
      this.writer.record({ type: 'estimate', estimate: { seconds, memoryBytes, diskBytes } }),
    );
  }

  private async save(name: string, { inner, adapter, steps }: RunningTrial): Promise<void> {
    const { experiment } = this;
    const { adapted } = this.prepared;
    const trained = { experiment, adapted, adapter: inner, head: adapter.head ?? [], steps };
    const saved = this.adapterFolder(name);
    const base = relativeTo(saved, this.experiment.model);
    for (const text of await saveTrained(saved, this.prepared.model, trained, base)) {
      await this.writer.record({ type: 'note', text });
    }
    await this.writer.record({ type: 'wrote', path: `adapters/${name}` });
  }

  /** A training that ran away would run away again: what it was at its best is saved, and nothing goes on from it. */
  private async keepBest(error: LabError, name: string, running: RunningTrial): Promise<LabError> {
    await this.events.drained();
    // A model that is no number from the start has no adapter to keep.
    if (!(await this.runner.hasBest(name))) return error;
    await this.runner.takeBest(name, running);
    const kept = `${name}-before-it-diverged`;
    await this.save(kept, running);
    await rm(resumeFile(this.options.run), { force: true });
    return new LabError(
      error.code,
      error.message,
      `${error.next} The best adapter before that is in adapters/${kept}.`,
    );
  }

  private adapterFolder(name: string): string {
    return path.join(this.options.run, 'adapters', name);
  }
}

const exists = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true;
