/**
 * The layer that PEFT reads off a module's path: the first number that has two segments before it (PEFT 0.21,
 * `check_target_module_exists`). So `model.layers.3.mlp.experts.0.up_proj` is in layer 3, and `h.0.attn.c_attn` in none.
 */
export function layerOf(path: string): number | undefined {
  const layer = /^.*?\.[^.]*\.(\d+)\./.exec(path)?.[1];
  return layer === undefined ? undefined : Number(layer);
}
