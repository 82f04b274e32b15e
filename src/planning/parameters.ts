import type { AllocationMethod, ExperimentMethod, Module, Plan, PlannedModule } from '../shared/words';

/**
 * How the adapter of one module is built, which decides what it costs:
 * - `lora`: A (r, in) and B (out, r)
 * - `hydra`: one A, N B's and a router (N, in) as in HydraLoRA, which FLoE trains
 * - `mola`: N pairs of A and B and a router (N, in) as in MoLA, which LoRA-SMoE trains
 * - `svd`: AdaLoRA's A, B and diagonal (r)
 * With one expert `hydra` and `mola` are plain LoRA without a router.
 */
export type AdapterForm = 'lora' | 'hydra' | 'mola' | 'svd';

/**
 * The form a method trains. Allocators that only count experts (`proportional`, `uniform`, by depth) are reckoned in
 * FLoE's form, so that they can be held against it.
 */
export function adapterForm(method: ExperimentMethod | AllocationMethod): AdapterForm {
  switch (method) {
    case 'lora':
    case 'dynamic-lora':
    case 'eva':
    case 'lily':
      return 'lora';
    case 'adalora':
      return 'svd';
    case 'lora-smoe':
      return 'mola';
    default:
      return 'hydra';
  }
}

type Size = Pick<Module, 'inFeatures' | 'outFeatures'>;
type Share = Pick<PlannedModule, 'rank' | 'experts'>;

/** Trainable parameters of one module's adapter, router included; 0 with no experts. */
export function moduleParameters(size: Size, share: Share, form: AdapterForm): number {
  const { down, up, router } = parts(size, share, form);
  return down + up + router;
}

/**
 * Trainable parameters of a whole plan. A tensor that several modules share (Lily) counts once, and each member that draws
 * from a shared pool of B's has a router (count, r).
 *
 * @param modules the model's modules; rows of other paths count nothing
 */
export function planParameters(plan: Plan, modules: readonly Module[], form: AdapterForm): number {
  const sizes = new Map(modules.map((module) => [module.path, module]));
  const sharedA = new Set<string>();
  const poolOf = new Map<string, number>();
  let total = 0;
  for (const { tensor, members, count } of plan.shared) {
    const first = members.find((path) => sizes.has(path) && plan.modules[path]);
    const size = first === undefined ? undefined : sizes.get(first);
    const rank = first === undefined ? 0 : (plan.modules[first]?.rank ?? 0);
    if (size) total += count * rank * (tensor === 'A' ? size.inFeatures : size.outFeatures);
    for (const path of members) {
      if (tensor === 'A') sharedA.add(path);
      else poolOf.set(path, count);
    }
  }
  for (const [path, share] of Object.entries(plan.modules)) {
    const size = sizes.get(path);
    if (!size || share.experts === 0) continue;
    const own = parts(size, share, form);
    const pool = poolOf.get(path);
    total += sharedA.has(path) ? 0 : own.down;
    total += pool === undefined ? own.up + own.router : pool * share.rank;
  }
  return total;
}

function parts(size: Size, share: Share, form: AdapterForm): { down: number; up: number; router: number } {
  const { rank, experts } = share;
  if (experts === 0) return { down: 0, up: 0, router: 0 };
  const down = rank * size.inFeatures;
  const up = rank * size.outFeatures;
  if (form === 'svd') return { down, up: up + rank, router: 0 };
  if (form === 'lora') return { down, up, router: 0 };
  const router = experts > 1 ? experts * size.inFeatures : 0;
  return { down: form === 'mola' ? experts * down : down, up: experts * up, router };
}
