/**
 * The words of the house as types: one word for one thing in code, UI, documents and files (ARCHITECTURE.md, "Words").
 */

/** What a linear module does inside its block. Families name their tensors differently; roles compare across them. */
export const roles = ['q', 'k', 'v', 'o', 'qkv', 'gate', 'gate_up', 'up', 'down'] as const;
export type Role = (typeof roles)[number];
/** Those of attention; the others are the mlp's. */
export const attentionRoles: readonly Role[] = ['q', 'k', 'v', 'o', 'qkv'];

/** One linear weight matrix of the base model, named by its Hugging Face path without the ending `.weight`. */
export interface Module {
  readonly path: string;
  /** The transformer block it belongs to, numbered from 0. */
  readonly layer: number;
  readonly role: Role;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** How a score is computed; shared/estimatorWords.ts says what each measures. */
export const estimators = [
  'fisher',
  'gate-fisher',
  'sensitivity',
  'taylor',
  'gradient-norm',
  'eva',
  'spectrum',
] as const;
export type Estimator = (typeof estimators)[number];
/** Those whose layer scores are no sums over modules. */
export const layerEstimators: readonly Estimator[] = ['gate-fisher', 'spectrum'];

/** What an experiment trains. */
export const experimentMethods = ['lora', 'floe', 'lora-smoe', 'lily', 'dynamic-lora', 'adalora'] as const;
export type ExperimentMethod = (typeof experimentMethods)[number];

/** How a plan is made from scores. */
export const allocationMethods = [
  'floe',
  'lora-smoe',
  'lily',
  'proportional',
  'eva',
  'uniform',
  'depth-linear',
  'depth-groups',
] as const;
export type AllocationMethod = (typeof allocationMethods)[number];

export const taskKinds = ['classification', 'causal-lm', 'image-classification'] as const;
export type TaskKind = (typeof taskKinds)[number];

/** What the engine computes on, in the order in which they are tried. */
export const devices = ['tensorflow', 'webgpu', 'native', 'wasm', 'cpu'] as const;
export type Device = (typeof devices)[number];

/** Whose labels the loss is of: the data's (empirical Fisher information), or drawn from the model (true). */
export const labelKinds = ['empirical', 'true'] as const;
export type LabelKind = (typeof labelKinds)[number];

/** How memory is spent: engine/scoring/work.ts and engine/training/trainingMemory.ts say what each does. */
export const memoryModes = ['tape', 'micro-batches', 'recomputed', 'streaming'] as const;
export type MemoryMode = (typeof memoryModes)[number];

/** One module's share of a plan. 0 experts = no adapter, 1 = plain LoRA, more = routed experts. */
export interface PlannedModule {
  readonly rank: number;
  readonly alpha: number;
  readonly experts: number;
  /** Fixed by hand: allocators leave it alone. */
  readonly locked?: boolean | undefined;
}

/** Lily: one tensor that several modules use, counted once in every budget. */
export interface SharedTensor {
  readonly tensor: 'A' | 'B';
  readonly members: readonly string[];
  readonly count: number;
}

/** The allocation: for each module path its rank, alpha and experts, and which tensors are shared. */
export interface Plan {
  readonly modules: Readonly<Record<string, PlannedModule>>;
  readonly shared: readonly SharedTensor[];
}

/** The limits a plan keeps; every limit given must hold. */
export interface Budget {
  /** Share of the model's layers in (0, 1], or their number. */
  readonly layers?: { readonly share: number } | { readonly count: number } | undefined;
  /** Trainable parameters. */
  readonly parameters?: number | undefined;
  /** Experts over all modules. */
  readonly experts?: number | undefined;
  /** Adapter size in megabytes (10^6 bytes) at 4 bytes a parameter, as PEFT saves by default. */
  readonly megabytes?: number | undefined;
}
