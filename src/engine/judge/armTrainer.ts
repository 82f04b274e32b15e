import type { Experiment } from '../../configs/experiment/experiment';
import type { ArmName } from '../../shared/verdict';
import type { ExperimentMethod, Plan } from '../../shared/words';
import { modulesToAdapt } from '../training/adapterOf';
import type { EvaluationSet } from '../training/evaluate';
import type { PreparedTraining } from '../training/prepareTraining';
import type { TrialListener, TrialRunner } from '../training/trialRunner';
import type { JudgedOutcome } from './outcomes';

/** One training of one arm. */
export interface ArmOrder {
  readonly arm: ArmName;
  readonly method: ExperimentMethod;
  readonly plan: Plan;
  readonly seed: number;
}

/** Names the files and the events of an arm's training. */
export const trialNameOf = ({ arm, seed }: Pick<ArmOrder, 'arm' | 'seed'>): string => `${arm}-seed-${seed}`;

/** Which data a judgement is on: test data where every task has some. */
export const splitOf = ({ data }: Pick<PreparedTraining, 'data'>): 'test' | 'validation' =>
  data.test.length === data.validation.length ? 'test' : 'validation';

/** What is measured in the end of each training. */
export const judgedSets = (prepared: Pick<PreparedTraining, 'data'>): readonly EvaluationSet[] =>
  splitOf(prepared) === 'test' ? prepared.data.test : prepared.data.validation;

/** Trains arms on the same data, each to the adapter that is best on the validation data, and keeps what that one does on each example. */
export class ArmTrainer {
  /** @param sets what is measured in the end */
  constructor(
    private readonly experiment: Experiment,
    private readonly prepared: PreparedTraining,
    private readonly runner: TrialRunner,
    private readonly sets: readonly EvaluationSet[],
  ) {}

  /** The same on an experiment that differs in something. */
  with(change: Partial<Experiment>): ArmTrainer {
    return new ArmTrainer({ ...this.experiment, ...change }, this.prepared, this.runner, this.sets);
  }

  /** @throws LabError training-diverged, cancelled, and what devices and disks throw */
  async outcomeOf({ arm, method, plan, seed }: ArmOrder, listener: TrialListener): Promise<JudgedOutcome> {
    const { prepared, runner } = this;
    const name = trialNameOf({ arm, seed });
    const experiment = { ...this.experiment, method, plan };
    const adapted = modulesToAdapt(experiment, plan, prepared.model.modules);
    const running = await runner.train({ name, seed, experiment, adapted }, listener);
    await runner.takeBest(name, running);
    const tasks = [];
    for (const set of this.sets) {
      const { losses, targets, hits } = (await running.trial.measure(set)).items;
      tasks.push({
        ...{ task: set.task, losses: [...losses], targets: [...targets] },
        ...(hits === undefined ? {} : { hits: [...hits] }),
      });
    }
    const { secondsPerStep } = running.trial;
    return { arm, seed, secondsPerStep, memoryBytes: running.processBytes, tasks };
  }
}
