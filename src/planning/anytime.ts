import { hasEnded, type Certainty } from '../shared/certainty';
import type { Budget } from '../shared/words';
import {
  selectionConfidence,
  uncertaintyOf,
  usualCount,
  type LayerRows,
  type Uncertainty,
} from './bootstrap';
import { budgetLimits } from './budget';

/** Samples at which it is looked for the first time; then at twice as many each time. */
const firstLook = 32;

/** Sample counts at which scoring may be stopped: 32, 64, 128, … and no more than there are. */
export function anytimeChecks(samples: number): number[] {
  const checks: number[] = [];
  for (let count = firstLook; count <= samples; count *= 2) checks.push(count);
  return checks;
}

/** Sample counts at the ends of rounds, where scoring stops once it is sure: those of `anytimeChecks`, and all at last. */
export const roundEnds = (samples: number): number[] => [
  ...anytimeChecks(samples).filter((count) => count < samples),
  samples,
];

/**
 * How many layers there have to be sure of: as many as the budget pays for. Where it says nothing of layers, or pays for all
 * of them, so that none is chosen: the quarter that reports look at.
 *
 * @param total layers of the model
 */
export function layersToBeSureOf(layers: Budget['layers'], total: number): number {
  const paid = budgetLimits({ layers }, total).layers;
  return paid < total ? paid : usualCount(total);
}

/** Looks at one task's samples as they come, round by round, until its top layers are sure or all samples are there. */
export class Looks {
  private found: Certainty;

  /**
   * @param layers K of the selection
   * @param level of the confidence, twice in a row
   * @param samples that there are
   */
  constructor(layers: number, level: number, samples: number) {
    this.found = { level, layers, of: samples, sure: false, looks: [] };
  }

  get certainty(): Certainty {
    return this.found;
  }

  /** Samples at which it is looked for the next time; undefined where it is not. */
  get next(): number | undefined {
    return hasEnded(this.found) ? undefined : roundEnds(this.found.of)[this.found.looks.length];
  }

  /**
   * @param rows values of the first `next` samples
   * @returns whether the top layers are sure
   */
  look(rows: LayerRows): boolean {
    const { layers, level } = this.found;
    const now = { samples: rows[0]?.length ?? 0, confidence: selectionConfidence(rows, layers) };
    const looks = [...this.found.looks, now];
    const confidences = looks.map(({ confidence }) => confidence);
    this.found = { ...this.found, looks, sure: stoppingCheck(confidences, level) !== undefined };
    return this.found.sure;
  }
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
