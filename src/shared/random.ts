/** Numbers in [0, 1) of mulberry32 (T. Ettinger, public domain): the same on every machine, which Math.random is not. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same with a stream of its own for each name (FNV-1a of the name, mixed into the seed). */
export function seededRandom(seed: number, name: string): () => number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x0100_0193);
  return mulberry32(Math.imul(seed + 1, 0x9e37_79b9) ^ hash);
}

/** Draws from the standard normal distribution (Box and Muller), as reproducible as the numbers in [0, 1) given. */
export function normalDraws(random: () => number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

/**
 * Uniform in ±1/√columns: torch's `kaiming_uniform_` with a = √5, as LoRA, HydraLoRA and Lily begin A and routers.
 *
 * @param name each tensor draws from its own stream: adding one to an adapter changes no other
 * @param shape the last one is what a row's entries are summed over
 */
export function kaimingUniformValues(
  name: string,
  shape: readonly number[],
  seed: number,
): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed, name);
  const bound = 1 / Math.sqrt(shape.at(-1) ?? 1);
  const length = shape.reduce((size, one) => size * one, 1);
  return Float32Array.from({ length }, () => (2 * random() - 1) * bound);
}
