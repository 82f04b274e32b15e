import { dirname, resolve } from 'node:path';
import { defaultPrompt } from '../../shared/taskSource';
import type { Budget, Plan } from '../../shared/words';
import { camelKeys, type CamelKeys } from './camelCase';
import type { ExperimentFile } from './schema';

type Blocks = CamelKeys<
  Omit<ExperimentFile, 'model' | 'tasks' | 'adapter' | 'budget' | 'target_config' | 'plan'>
>;
type Task = ExperimentFile['tasks'][number];

/** One task; all paths absolute. */
export interface ExperimentTask {
  readonly name: string;
  readonly kind: Task['kind'];
  readonly train: string;
  readonly validation: string | undefined;
  readonly test: string | undefined;
  readonly text: string;
  /** How often its samples come in a mixture, against others of weight 1. */
  readonly weight: number;
  /** Undefined for `causal-lm`. */
  readonly label: string | undefined;
  /** Undefined for `causal-lm` of text alone. */
  readonly prompt: string | undefined;
}

/** An experiment as the program works with it: defaults filled in, all paths absolute. */
export interface Experiment extends Readonly<Blocks> {
  /** The experiment's own file. */
  readonly file: string;
  readonly model: string;
  readonly tasks: readonly ExperimentTask[];
  readonly adapter: Readonly<CamelKeys<ExperimentFile['adapter']> & { alpha: number }>;
  readonly budget: Budget;
  readonly targetConfig: string | undefined;
  readonly plan: Plan | undefined;
  /** Whether the file has a block `search:`: the main job then searches, where it else allocates. */
  readonly searches: boolean;
  /** Whether it has a block `judge:`: the main job then ends with the verdict. */
  readonly judges: boolean;
}

/**
 * @param file absolute path of the experiment; paths in it are relative to its folder
 * @param has whether a block was written, which the defaults hide
 */
export function toExperiment(
  written: ExperimentFile,
  file: string,
  has: (block: string) => boolean,
): Experiment {
  const { model, tasks, adapter, budget, target_config: targetConfig, plan, ...blocks } = written;
  const absolute = (path: string): string => resolve(dirname(file), path);
  const optional = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : absolute(path);
  return {
    ...camelKeys(blocks),
    file,
    model: absolute(model),
    tasks: tasks.map((task) => ({
      name: task.name,
      kind: task.kind,
      train: absolute(task.train),
      validation: optional(task.validation),
      test: optional(task.test),
      text: task.text,
      weight: task.weight,
      label: task.kind === 'causal-lm' ? undefined : (task.label ?? 'label'),
      prompt: task.prompt ?? (task.kind === 'causal-lm' ? undefined : defaultPrompt),
    })),
    adapter: { ...camelKeys(adapter), alpha: adapter.alpha ?? 2 * adapter.rank },
    budget,
    targetConfig: optional(targetConfig),
    plan,
    searches: has('search'),
    judges: has('judge'),
  };
}
