import { LabError } from '../shared/errors';
import { exactPattern, exactTargets } from './exactPatterns';
import type { TaskType } from './names';

/** What the configurations of all kinds say. Paths are those of the class that the adapter is for. */
export interface ConfigBase {
  /** Of the modules with an adapter, in the model's order. */
  readonly targeted: readonly string[];
  /** Of all modules of the model. */
  readonly paths: readonly string[];
  readonly taskType: TaskType;
  /** The model's name on the hub or its folder, or null. */
  readonly baseModel: string | null;
  readonly modulesToSave: readonly string[] | null;
  /** Weights are stored in × out, as GPT-2's are. */
  readonly fanInFanOut: boolean;
}

export interface RankAndAlpha {
  readonly rank: number;
  readonly alpha: number;
}

/** `adapter_config.json` before its keys are sorted. */
export type WrittenConfig = Readonly<Record<string, unknown>>;

/**
 * The alpha with which a module of another rank keeps the scale of `usual`: PEFT divides by each module's own rank, so
 * that with one alpha for all, modules of small rank would count more.
 */
export const alphaKeepingScale = (rank: number, usual: RankAndAlpha, rankStabilized: boolean): number =>
  usual.alpha * (rankStabilized ? Math.sqrt(rank / usual.rank) : rank / usual.rank);

/**
 * LoRA. Ranks and alphas that differ are given for every module by name; alpha is given too where only ranks differ, so
 * that no reader has to divide the one by the other.
 *
 * @param modules by path, in the model's order; rank 0 means no adapter, which PEFT says by leaving the module out
 * @throws LabError `adapter-invalid` where nothing is left, or where a name cannot be read in one way only
 */
export function loraConfig(
  modules: ReadonlyMap<string, RankAndAlpha>,
  { rankStabilized, dropout }: { readonly rankStabilized: boolean; readonly dropout: number },
  base: Omit<ConfigBase, 'targeted'>,
): WrittenConfig {
  const adapted = new Map([...modules].filter(([, { rank }]) => rank > 0));
  const ranks = new Map([...adapted].map(([path, { rank }]) => [path, rank]));
  const alphas = new Map([...adapted].map(([path, { alpha }]) => [path, alpha]));
  // Tools that make room for an adapter look at r alone, so it is the largest.
  const [, usual] = [...adapted].reduce(
    (best, one) => (one[1].rank > best[1].rank ? one : best),
    first(adapted),
  );
  const ranksDiffer = new Set(ranks.values()).size > 1;
  const alphasDiffer = ranksDiffer || new Set(alphas.values()).size > 1;
  return {
    ...common('LORA', { ...base, targeted: [...adapted.keys()] }),
    r: usual.rank,
    lora_alpha: usual.alpha,
    rank_pattern: ranksDiffer ? exactPattern(ranks, base.paths) : {},
    alpha_pattern: alphasDiffer ? exactPattern(alphas, base.paths) : {},
    use_rslora: rankStabilized,
    ...loraFields(base, dropout),
  };
}

/** AdaLoRA's schedule, in its own paper's and PEFT's terms; steps are the optimizer's. */
export interface AdaLoraSchedule {
  readonly targetRank: number;
  readonly tinit: number;
  readonly tfinal: number;
  readonly deltaT: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly orthRegWeight: number;
  readonly totalStep: number;
}

/**
 * AdaLoRA. `rank_pattern` stays null: PEFT would cut pruned triplets out of the tensors by it, while E that is zero says the
 * same and keeps the rank that the scale is divided by.
 *
 * @throws LabError `adapter-invalid` where the schedule leaves no step to prune in, which PEFT refuses to load
 */
export function adaLoraConfig(
  { rank, alpha }: RankAndAlpha,
  schedule: AdaLoraSchedule,
  base: ConfigBase,
  dropout: number,
): WrittenConfig {
  const { tinit, tfinal, totalStep } = schedule;
  if (totalStep <= 0 || tinit >= totalStep - tfinal) {
    throw new LabError(
      'adapter-invalid',
      `AdaLoRA's schedule leaves no step for pruning: tinit ${tinit}, tfinal ${tfinal}, total_step ${totalStep}.`,
      'Lower tinit or tfinal, or train for more steps.',
    );
  }
  return {
    ...common('ADALORA', base),
    init_r: rank,
    target_r: schedule.targetRank,
    lora_alpha: alpha,
    tinit,
    tfinal,
    deltaT: schedule.deltaT,
    beta1: schedule.beta1,
    beta2: schedule.beta2,
    orth_reg_weight: schedule.orthRegWeight,
    total_step: totalStep,
    rank_pattern: null,
    ...loraFields(base, dropout),
  };
}

/**
 * Lily.
 * @param targets what the modules are named by: see `lilyTargets`
 */
export const lilyConfig = (
  lily: { readonly rank: number; readonly strideA: number; readonly numB: number; readonly scaling: number },
  targets: readonly string[],
  base: ConfigBase,
): WrittenConfig => ({
  ...common('LILY', base),
  target_modules: targets,
  r: lily.rank,
  stride_A: lily.strideA,
  num_B: lily.numB,
  scaling: lily.scaling,
  init_weights: true,
});

const common = (peftType: string, base: ConfigBase): WrittenConfig => ({
  auto_mapping: null,
  base_model_name_or_path: base.baseModel,
  inference_mode: true,
  layers_pattern: null,
  layers_to_transform: null,
  modules_to_save: base.modulesToSave,
  peft_type: peftType,
  revision: null,
  target_modules: exactTargets(base.targeted, base.paths, base.modulesToSave),
  task_type: base.taskType,
});

const loraFields = ({ fanInFanOut }: Pick<ConfigBase, 'fanInFanOut'>, dropout: number): WrittenConfig => ({
  bias: 'none',
  fan_in_fan_out: fanInFanOut,
  init_lora_weights: true,
  lora_dropout: dropout,
  use_dora: false,
});

function first<T>(items: ReadonlyMap<string, T>): readonly [string, T] {
  for (const item of items) return item;
  throw new LabError(
    'adapter-invalid',
    'The adapter cannot be saved: no module has a rank above 0.',
    'Give at least one module of the plan a rank.',
  );
}
