/**
 * FLoE's score of each layer: the mean over samples of its gate's squared gradient, the diagonal of F = (1/n) Σ g gᵀ.
 *
 * @param gates [sample][layer]
 */
export function gateScores(gates: readonly (readonly number[])[]): number[] {
  const layers = gates[0]?.length ?? 0;
  return Array.from(
    { length: layers },
    (_, layer) => gates.reduce((sum, row) => sum + (row[layer] ?? 0) ** 2, 0) / gates.length,
  );
}

/**
 * The samples of all tasks as rows whose F is the mean of the tasks' own, each divided by its trace, so that a task with a
 * loud loss does not outvote the others: what `combineTasks` does to the diagonal.
 */
export function joinGates(tasks: readonly (readonly (readonly number[])[])[]): number[][] {
  return tasks.flatMap((gates) => {
    const trace = gateScores(gates).reduce((sum, score) => sum + score, 0);
    const factor = trace > 0 ? 1 / Math.sqrt(trace * gates.length * tasks.length) : 0;
    return gates.map((row) => row.map((gradient) => gradient * factor));
  });
}
