import { selectionConfidence, uncertaintyOf, type LayerRows, type Uncertainty } from './bootstrap';

/** Samples at which it is looked for the first time; then at twice as many each time. */
const firstLook = 32;

/** Sample counts at which scoring may be stopped: 32, 64, 128, … and no more than there are. */
export function anytimeChecks(samples: number): number[] {
  const checks: number[] = [];
  for (let count = firstLook; count <= samples; count *= 2) checks.push(count);
  return checks;
}

/** The first check at which the confidence has reached the level twice in a row; undefined where it never has. */
export function stoppingCheck(confidences: readonly number[], level: number): number | undefined {
  const found = confidences.findIndex(
    (confidence, check) => check > 0 && confidence >= level && (confidences[check - 1] ?? 0) >= level,
  );
  return found < 0 ? undefined : found;
}

/**
 * How many samples are enough to name the K layers of an experiment: the first of the sample counts at which the selection's
 * confidence has been high enough twice in a row. Looking several times makes a stop by chance likelier than one look would;
 * that is what the second time is for. It is no test with a guaranteed error.
 *
 * @param rows values in the order in which the samples came
 * @param level of the confidence
 * @returns undefined where all samples are wanted
 */
export function anytimeStop(rows: LayerRows, count: number, level = 0.95, seed = 1): number | undefined {
  const checks = anytimeChecks(rows[0]?.length ?? 0);
  const confidences: number[] = [];
  for (const samples of checks) {
    const soFar = rows.map((row) => Array.prototype.slice.call(row, 0, samples) as number[]);
    confidences.push(selectionConfidence(soFar, count, seed));
    if (stoppingCheck(confidences, level) !== undefined) return samples;
  }
  return undefined;
}

/** How sure the top layers are, and how many of the samples would have been enough to name them, where fewer would. */
export function layerUncertainty(rows: LayerRows): Uncertainty | undefined {
  const found = uncertaintyOf(rows);
  const enough = found && anytimeStop(rows, found.selection.count);
  if (found === undefined || enough === undefined || enough >= (rows[0]?.length ?? 0)) return found;
  return { ...found, selection: { ...found.selection, enough } };
}
