import { formatBytes, formatSeconds, formatShare } from '../../src/shared/format';
import type { Cost } from '../../src/shared/runEvents';

export interface CostRow {
  readonly title: string;
  readonly estimate: string;
  readonly actual: string;
  readonly difference: string;
}

const lines: readonly [title: string, key: keyof Cost, format: (value: number) => string][] = [
  ['Time', 'seconds', formatSeconds],
  ['Peak memory', 'memoryBytes', formatBytes],
  ['Disk', 'diskBytes', formatBytes],
];

/** Estimate against actual, one row a resource; a dash where one of them is unknown. */
export function costRows(estimate: Cost | undefined, actual: Cost | undefined): CostRow[] {
  return lines.map(([title, key, format]) => ({
    title,
    estimate: estimate ? format(estimate[key]) : '–',
    actual: actual ? format(actual[key]) : '–',
    difference: estimate && actual ? signedShare(estimate[key], actual[key]) : '–',
  }));
}

/** The estimate as one sentence. @param atMost whether the run may stop before */
export const estimateText = (estimate: Cost, atMost = false): string =>
  `Estimate: ${atMost ? 'at most ' : ''}${formatSeconds(estimate.seconds)}, ${formatBytes(estimate.memoryBytes)} of memory, ` +
  `${formatBytes(estimate.diskBytes)} on disk.`;

function signedShare(estimate: number, actual: number): string {
  if (estimate === 0) return actual === 0 ? formatShare(0) : '–';
  const share = actual / estimate - 1;
  return `${share > 0 ? '+' : ''}${formatShare(share)}`.replace('-', '−');
}
