/** sum + values, in place. A plain loop: gradients have millions of entries. @param values as long as `sum` */
export function addInto(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (values[i] as number);
}
