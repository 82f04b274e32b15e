import { emptyPlan, type DraftFrame, type DraftState } from '../../../../src/planning/draft/frame';
import type { Design } from '../../../../src/planning/planRequest';
import { scoreFiles } from '../scoredModel';
import { syntheticModel } from '../syntheticModel';

/** A design of FLoE over three targets of each of some layers. */
export const design = (changes: Partial<Design> = {}): Design => ({
  method: 'floe',
  adapter: { targets: ['q_proj', 'v_proj', 'down_proj'], rank: 4, alpha: 8, experts: 4 },
  budget: { layers: { share: 0.5 } },
  plan: undefined,
  ...changes,
});

/** A frame on a model of four layers, whose later layers score higher, with two tasks. */
export const frame = (changes: Partial<Design> = {}, tasks = ['spam', 'topic'], layers = 4): DraftFrame => ({
  modules: syntheticModel(layers),
  design: design(changes),
  scores: scoreFiles(layers, tasks),
});

export const fresh = (): DraftState => ({
  plan: emptyPlan,
  budget: undefined,
  method: undefined,
  byHand: false,
});

export const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
export const v = (layer: number): string => `model.layers.${layer}.self_attn.v_proj`;
export const down = (layer: number): string => `model.layers.${layer}.mlp.down_proj`;
