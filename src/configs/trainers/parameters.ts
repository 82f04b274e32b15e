import type { Targets } from '../../peft/patterns';
import type { AdapterSettings, TrainerConfig } from './description';
import type { AdaptedExperts, AdaptedMatrix } from './resolve';

/**
 * A [r, in] and B [out, r]; DoRA's magnitudes [out] or AdaLoRA's diagonal [r] beside them (PEFT 0.21: `LoraLayer`,
 * `AdaLoraLayer`). An embedding's are the same, its entries being its inputs.
 */
export const loraParameters = (
  { rank, inFeatures, outFeatures }: AdaptedMatrix,
  { kind, settings: { dora } }: Pick<TrainerConfig, 'kind' | 'settings'>,
): number => rank * (inFeatures + outFeatures) + (kind === 'adalora' ? rank : 0) + (dora ? outFeatures : 0);

/** A [r · experts, in] and B [out, r · experts] (PEFT 0.21: `ParamWrapper`). */
export const fusedParameters = ({ rank, experts, inFeatures, outFeatures }: AdaptedExperts): number =>
  rank * experts * (inFeatures + outFeatures);

/** Modules that share one set of B's, and by turns an A. */
export interface LilyGroup {
  /** The target that caught them, and their shape. */
  readonly target: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly members: readonly AdaptedMatrix[];
  /** How many A's there are. */
  readonly a: number;
  readonly b: number;
  readonly parameters: number;
}

/**
 * Who shares with whom (PEFT 0.21, tuners/lily/model.py: `_post_injection_hook`): modules of one shape that the same target
 * catches, so all that one expression catches, and none where targets are full paths. Each `stride_A` of them in turn have an
 * A [r, in]; all draw from B [num_B · r, out], by a router [num_B, r] of their own. What our own adapters of Lily share,
 * `planParameters` counts alike.
 */
export function lilySharing(
  modules: readonly AdaptedMatrix[],
  targets: Targets,
  { lily, rank }: AdapterSettings,
): LilyGroup[] {
  const { strideA = 1, numB = 2 } = lily ?? {};
  const targetOf = catching(targets.target_modules);
  const groups = new Map<string, { target: string; members: AdaptedMatrix[] }>();
  for (const module of modules) {
    const target = targetOf(module.path);
    const key = [target, module.inFeatures, module.outFeatures].join(' ');
    const group = groups.get(key) ?? { target, members: [] };
    group.members.push(module);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ target, members }) => {
    const [first] = members;
    if (!first) return [];
    const { inFeatures, outFeatures } = first;
    const a = Math.ceil(members.length / Math.max(1, strideA));
    const parameters = a * rank * inFeatures + numB * rank * outFeatures + members.length * numB * rank;
    return [{ target, inFeatures, outFeatures, members, a, b: numB, parameters }];
  });
}

/**
 * The target that counts for a path: the last that it ends in, without a dot being asked for. `all-linear` becomes a list of
 * full paths before.
 */
function catching(target: Targets['target_modules']): (path: string) => string {
  if (typeof target === 'string') return (path) => (target.toLowerCase() === 'all-linear' ? path : target);
  const places = new Map((target ?? []).map((name, place) => [name, place]));
  return (path) => {
    let last = -1;
    for (let from = 0; from < path.length; from++) {
      const place = places.get(path.slice(from));
      if (place !== undefined && place > last) last = place;
    }
    return target?.[last] ?? path;
  };
}
