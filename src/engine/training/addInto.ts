/** sum + values, in place. A plain loop: gradients have millions of entries. @param values as long as `sum` */
export function addInto(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (values[i] as number);
}

/** Adds arrays to the sums of the same names, in place; takes those that have none over. */
export function addAll(sums: Map<string, Float32Array>, more: ReadonlyMap<string, Float32Array>): void {
  for (const [name, values] of more) {
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, values);
    else addInto(sum, values);
  }
}
