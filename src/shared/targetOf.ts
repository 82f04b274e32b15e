import type { Module } from './words';

/** A module's kind: its path inside its layer (`self_attn.q_proj`), which is what Lily shares B's among. */
export const targetOf = ({ path, layer }: Pick<Module, 'path' | 'layer'>): string => {
  const mark = `.${layer}.`;
  const at = path.indexOf(mark);
  return at < 0 ? path : path.slice(at + mark.length);
};
