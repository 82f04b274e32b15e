import type { Experiment } from '../../configs/experiment/experiment';
import { trialGoesOn } from '../../search/halving';
import type { SearchTrial, Study } from '../../search/study';
import { isFinished } from '../../search/study';
import type { UnstampedStudyEvent } from '../../search/studyEvents';
import { toLabError } from '../../shared/errors';
import type { TaskMetrics } from '../../shared/runEvents';
import type { ScoreFile } from '../../shared/scoreFile';
import type { OrderedWrites } from '../orderedWrites';
import { modulesToAdapt } from '../training/adapterOf';
import { removeCheckpoint } from '../training/checkpoint';
import { standingOf } from '../training/evaluate';
import type { PreparedTraining } from '../training/prepareTraining';
import type { TrialEvent } from '../training/trialEvents';
import type { RunningTrial, TrialListener, TrialRunner } from '../training/trialRunner';
import { experimentAt } from './searchSpace';

/** A study that grows: its journal, or one that a piece of it is told to. */
export interface StudyLog {
  /** After the last event recorded. */
  readonly study: Study;
  /** Returns once it is written. @throws LabError journal-invalid */
  record(event: UnstampedStudyEvent): Promise<void>;
}

export interface TrialTrainerListener {
  /** Something is new of a trial. */
  readonly told: (trial: number) => Promise<void>;
  readonly stepped?: (trial: number, seed: number, step: number, steps: number) => void;
}

/** Trains trials of a search with each of the study's seeds, one behind the other, and tells the study what they come to. */
export class TrialTrainer {
  /** @param run absolute path of the folder that checkpoints lie in */
  constructor(
    private readonly run: string,
    private readonly experiment: Experiment,
    private readonly scores: readonly ScoreFile[],
    private readonly prepared: PreparedTraining,
    private readonly runner: TrialRunner,
    private readonly log: StudyLog,
    private readonly events: OrderedWrites,
    private readonly listener: TrialTrainerListener,
  ) {}

  /** @throws LabError cancelled, and what trials throw but for those that diverge */
  async train({ number, point, values }: SearchTrial): Promise<void> {
    const { log, listener } = this;
    await log.record({ type: 'running', trial: number });
    await listener.told(number);
    const { experiment, plan } = experimentAt(this.experiment, this.scores, point);
    const adapted = modulesToAdapt(experiment, plan.plan, this.prepared.model.modules);
    try {
      for (const seed of log.study.settings.seeds) {
        if (values.some((told) => told.seed === seed)) continue;
        const name = trialNameOf(number, seed);
        const running = await this.runner.train(
          { name, seed, experiment, adapted },
          this.listenerOf(number, seed),
        );
        const value = await this.measured(number, seed, running);
        if (value === undefined) return;
        await log.record({ type: 'told', trial: number, seed, value });
        await listener.told(number);
      }
    } catch (thrown) {
      const error = toLabError(thrown);
      if (error.code !== 'training-diverged') throw thrown;
      // Another rank may do better: what ran away is no reason to end the search.
      await this.events.drained();
      await log.record({ type: 'failed', trial: number, reason: error.message });
      await listener.told(number);
    } finally {
      const trial = log.study.trials[number];
      if (trial !== undefined && isFinished(trial)) await this.forget(number);
    }
  }

  /** Deletes the checkpoints of a trial that has ended. */
  async forget(number: number): Promise<void> {
    for (const seed of this.log.study.settings.seeds)
      await removeCheckpoint(this.run, trialNameOf(number, seed));
  }

  /** Of a training that has ended. @returns its best value; undefined where it was ended early */
  private async measured(number: number, seed: number, { trial }: RunningTrial): Promise<number | undefined> {
    const { log, listener } = this;
    if (trial.wasEndedEarly) {
      await log.record({ type: 'pruned', trial: number });
      await listener.told(number);
      return undefined;
    }
    const { study } = log;
    const sign = study.settings.objective.direction === 'maximize' ? 1 : -1;
    const curve = (study.trials[number]?.curve ?? []).filter((point) => point.seed === seed);
    return sign * Math.max(...curve.map(({ value }) => sign * value));
  }

  private listenerOf(number: number, seed: number): TrialListener {
    return {
      heard: (event: TrialEvent, { steps }: RunningTrial): void => {
        // Its own curve, before anyone is asked whether it goes on.
        if (event.type === 'evaluated') {
          const value = this.valueOf(event.metrics);
          const { step } = event;
          this.events.push(() => this.log.record({ type: 'measured', trial: number, seed, step, value }));
        }
        if (event.type === 'step') this.listener.stepped?.(number, seed, event.step, steps);
      },
      goesOn: async (): Promise<boolean> => {
        await this.events.drained();
        return trialGoesOn(this.log.study, number);
      },
    };
  }

  private valueOf(metrics: readonly TaskMetrics[]): number {
    const { accuracy, loss } = standingOf(metrics);
    return this.log.study.settings.objective.metric === 'accuracy' ? (accuracy ?? NaN) : loss;
  }
}

/** Names the files and the events of a trial's training. */
export const trialNameOf = (number: number, seed: number): string => `trial-${number}-seed-${seed}`;
