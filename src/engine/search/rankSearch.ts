import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { runFiles } from '../../files/runs';
import { bestTrial } from '../../search/bestTrials';
import { trialGoesOn } from '../../search/halving';
import { StudyJournal } from '../../search/journal';
import { fullGridWarning, mostTrials, nextStep } from '../../search/nextStep';
import { trialValue } from '../../search/objective';
import { isByHand, isFinished, type SearchTrial, type Study } from '../../search/study';
import type { Proposal } from '../../search/studyEvents';
import { toLabError } from '../../shared/errors';
import type { SearchedTrial, TaskMetrics } from '../../shared/runEvents';
import type { ScoreFile } from '../../shared/scoreFile';
import { pointWords } from '../../shared/searchWords';
import { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import { modulesToAdapt } from '../training/adapterOf';
import { removeCheckpoint } from '../training/checkpoint';
import { standingOf } from '../training/evaluate';
import type { PreparedTraining } from '../training/prepareTraining';
import { stepsBetweenEvaluations, TrainingOrder } from '../training/stepBatches';
import type { TrialEvent } from '../training/trialEvents';
import { TrialRunner, type RunningTrial, type TrialRunnerOptions } from '../training/trialRunner';
import { Listener } from './listener';
import { experimentAt, studySettings, type SearchedPoint } from './searchSpace';

export interface RankSearchOptions extends TrialRunnerOptions {
  /** Milliseconds between two looks at whether a paused search shall go on. */
  readonly lookEvery?: number | undefined;
}

/**
 * A rank search over one run: proposes, trains, tells the study, until it says that it has enough. The study's journal is the
 * truth: a search that was stopped replays it, and goes on with the trial that was under way from its checkpoint. Between two
 * trials it listens to what is asked of it.
 */
export class RankSearch {
  private readonly events = new OrderedWrites();
  private readonly runner: TrialRunner;
  private readonly requests: Listener;

  private constructor(
    private readonly experiment: Experiment,
    private readonly scores: readonly ScoreFile[],
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly options: RankSearchOptions,
    private readonly journal: StudyJournal,
    signal: AbortSignal,
  ) {
    this.runner = new TrialRunner(options, prepared, writer, this.events, signal);
    this.requests = new Listener(
      options.run,
      {
        paused: (paused) => writer.record({ type: 'search-steered', paused, trials: this.most }),
        refused: (text) => writer.record({ type: 'note', text: `A trial by hand was left out. ${text}` }),
      },
      signal,
      options.lookEvery,
    );
  }

  /**
   * @returns the best point with its plan; undefined where no trial came to its end
   * @throws LabError cancelled, run-not-resumable, and what trials throw but for those that diverge
   */
  static async run(
    experiment: Experiment,
    scores: readonly ScoreFile[],
    prepared: PreparedTraining,
    writer: RunWriter,
    options: RankSearchOptions,
    signal: AbortSignal,
  ): Promise<SearchedPoint | undefined> {
    const file = path.join(options.run, runFiles.trials);
    const rungs = rungsOf(experiment, prepared);
    const journal = await StudyJournal.open(file, {
      ...studySettings(experiment, scores),
      fingerprint: prepared.work.fingerprint,
      ...(rungs === undefined ? {} : { rungs }),
    });
    let search: RankSearch | undefined;
    try {
      search = new RankSearch(...([experiment, scores, prepared, writer, options, journal, signal] as const));
      return await search.all();
    } finally {
      // What was told before a failure stands before it.
      await search?.events.drained().catch(() => undefined);
      await journal.close();
    }
  }

  private get most(): number {
    return mostTrials(this.study);
  }

  private get study(): Study {
    return this.journal.study;
  }

  private async all(): Promise<SearchedPoint | undefined> {
    const { journal, writer } = this;
    // A process that was killed leaves those of trials that it had ended.
    for (const trial of this.study.trials.filter(isFinished)) await this.forget(trial.number);
    const warning = fullGridWarning(this.study);
    const finished = this.study.trials.filter(isFinished).length;
    await writer.record({ type: 'search-begun', trials: this.most, finished });
    if (warning !== undefined) await writer.record({ type: 'note', text: warning });
    for (;;) {
      const waiting = this.study.trials.find((trial) => !isFinished(trial));
      // A trial that was under way when the search was stopped is none that begins.
      const asked = waiting?.state === 'running' ? [] : await this.requests.listen(this.study);
      if (waiting !== undefined) {
        const began = performance.now();
        await this.train(waiting);
        if (waiting.number === 0 && !this.options.resume)
          await this.foresee((performance.now() - began) / 1000);
        continue;
      }
      const step = nextStep(this.study, asked);
      if (step.type === 'propose') {
        await this.propose(step.proposals);
      } else if (step.type === 'stop') {
        if (this.study.stopped === undefined) await journal.record({ type: 'stopped', ...step.stop });
        return this.end(step.stop.words);
      }
    }
  }

  private async propose(proposals: readonly Proposal[]): Promise<void> {
    await this.journal.record({ type: 'proposed', proposals: [...proposals] });
    const added = this.study.trials.slice(-proposals.length);
    const byHand = added.flatMap(({ request, point }) => (request === undefined ? [] : [{ request, point }]));
    if (byHand.length > 0) {
      await this.requests.took(byHand);
      await this.writer.record({ type: 'search-steered', paused: false, trials: this.most });
    }
    for (const trial of added) await this.tell(trial.number);
  }

  /** What the whole run will have taken, once its first trial has shown what one takes. @param seconds of that one */
  private async foresee(seconds: number): Promise<void> {
    const { startedAt, memory } = this.writer.state;
    const passed = (Date.now() - Date.parse(startedAt ?? '')) / 1000;
    const estimate = {
      seconds: passed + seconds * (this.most - 1),
      memoryBytes: Math.max(memory?.processBytes ?? 0, process.memoryUsage.rss()),
      diskBytes: this.most * (await this.writer.diskBytes()),
    };
    await this.writer.record({ type: 'estimate', estimate });
  }

  private async end(words: string): Promise<SearchedPoint | undefined> {
    const best = bestTrial(this.study);
    await this.writer.record({
      ...{ type: 'search-ended', words },
      ...(best === undefined ? {} : { best: best.number }),
    });
    return best === undefined ? undefined : experimentAt(this.experiment, this.scores, best.point);
  }

  private async train({ number, point, values }: SearchTrial): Promise<void> {
    const { journal } = this;
    await journal.record({ type: 'running', trial: number });
    await this.tell(number);
    const { experiment, plan } = experimentAt(this.experiment, this.scores, point);
    const adapted = modulesToAdapt(experiment, plan.plan, this.prepared.model.modules);
    try {
      for (const seed of this.study.settings.seeds) {
        if (values.some((told) => told.seed === seed)) continue;
        const name = nameOf(number, seed);
        const running = await this.runner.train(
          { name, seed, experiment, adapted },
          this.listener(number, seed),
        );
        const value = await this.measured(number, seed, running);
        if (value === undefined) return;
        await journal.record({ type: 'told', trial: number, seed, value });
        await this.tell(number);
      }
    } catch (thrown) {
      const error = toLabError(thrown);
      if (error.code !== 'training-diverged') throw thrown;
      // Another rank may do better: what ran away is no reason to end the search.
      await this.events.drained();
      await journal.record({ type: 'failed', trial: number, reason: error.message });
      await this.tell(number);
    } finally {
      const trial = this.study.trials[number];
      if (trial !== undefined && isFinished(trial)) await this.forget(number);
    }
  }

  /** Deletes the checkpoints of a trial that has ended. */
  private async forget(number: number): Promise<void> {
    for (const seed of this.study.settings.seeds)
      await removeCheckpoint(this.options.run, nameOf(number, seed));
  }

  /** Of a training that has ended. @returns its best value; undefined where it was ended early */
  private async measured(number: number, seed: number, { trial }: RunningTrial): Promise<number | undefined> {
    const { journal, study } = this;
    if (trial.wasEndedEarly) {
      await journal.record({ type: 'pruned', trial: number });
      await this.tell(number);
      return undefined;
    }
    const sign = study.settings.objective.direction === 'maximize' ? 1 : -1;
    const curve = (study.trials[number]?.curve ?? []).filter((point) => point.seed === seed);
    return sign * Math.max(...curve.map(({ value }) => sign * value));
  }

  private listener(number: number, seed: number) {
    return {
      heard: (event: TrialEvent, { steps }: RunningTrial): void => {
        // Its own curve, before anyone is asked whether it goes on.
        if (event.type === 'evaluated') {
          const value = this.valueOf(event.metrics);
          const { step } = event;
          this.events.push(() => this.journal.record({ type: 'measured', trial: number, seed, step, value }));
        }
        if (event.type === 'step') this.progress(number, seed, event.step, steps);
      },
      goesOn: async (): Promise<boolean> => {
        await this.events.drained();
        return trialGoesOn(this.study, number);
      },
    };
  }

  private valueOf(metrics: readonly TaskMetrics[]): number {
    const { accuracy, loss } = standingOf(metrics);
    return this.study.settings.objective.metric === 'accuracy' ? (accuracy ?? NaN) : loss;
  }

  private progress(number: number, seed: number, step: number, steps: number): void {
    const { seeds } = this.study.settings;
    const inTrial = (seeds.indexOf(seed) + step / steps) / seeds.length;
    const share = Math.min(1, (number + inTrial) / this.most);
    const point = pointWords(this.study.trials[number]?.point ?? {});
    const words = `trial ${number + 1} of ${this.most} (${point}), step ${step} of ${steps}`;
    this.events.push(() => this.writer.record({ type: 'progress', share, step: words }));
  }

  private async tell(number: number): Promise<void> {
    const trial = this.study.trials[number];
    if (trial === undefined) return;
    const best = bestTrial(this.study);
    await this.writer.record({
      ...{ type: 'searched', trial: told(this.study, trial) },
      ...(best === undefined ? {} : { best: best.number }),
    });
  }
}

const nameOf = (number: number, seed: number): string => `trial-${number}-seed-${seed}`;

/** A trial as the run's journal tells it. */
function told(study: Study, trial: SearchTrial): SearchedTrial {
  const { number, point, state, cost: parameters, why, reason } = trial;
  const value = trialValue(study, trial);
  return {
    ...{ number, point, state, parameters, metric: study.settings.objective.metric },
    ...(value === undefined ? {} : { value }),
    ...(why === undefined ? {} : { why }),
    ...(reason === undefined ? {} : { reason }),
    ...(isByHand(trial) ? { byHand: true } : {}),
  };
}

/** At each evaluation a trial may be ended, where it has several. */
function rungsOf(
  { train, search }: Experiment,
  { data }: PreparedTraining,
): { firstStep: number; factor: number } | undefined {
  if (!search.halving) return undefined;
  const { stepsAnEpoch, steps } = new TrainingOrder(data.mixture, train.batchSize, train.epochs, 0);
  const firstStep = stepsBetweenEvaluations(stepsAnEpoch, train.evaluations);
  return firstStep < steps ? { firstStep, factor: 3 } : undefined;
}
