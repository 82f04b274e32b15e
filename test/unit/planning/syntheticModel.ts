import type { Module, Role } from '../../../src/shared/words';

const sizes: Record<string, [role: Role, inFeatures: number, outFeatures: number]> = {
  'self_attn.q_proj': ['q', 64, 64],
  'self_attn.v_proj': ['v', 64, 32],
  'mlp.down_proj': ['down', 160, 64],
};

/** Modules of a llama-like model with three linear matrices a layer. */
export function syntheticModel(layers: number): Module[] {
  return Array.from({ length: layers }, (_, layer) =>
    Object.entries(sizes).map(([name, [role, inFeatures, outFeatures]]) => ({
      path: `model.layers.${layer}.${name}`,
      layer,
      role,
      inFeatures,
      outFeatures,
    })),
  ).flat();
}
