import type { PlannedModule } from './words';

/**
 * The alpha with which an adapter of another rank is scaled as before: α/r stays, with rsLoRA α/√r. Rounded to 12 digits; where
 * 6 say the same but for what earlier rounding has left, to those, so that a rank that comes back has the alpha that it had.
 *
 * @param row its alpha and its rank, which is above 0
 * @param rank the new one
 */
export function scaledAlpha(
  row: Pick<PlannedModule, 'alpha' | 'rank'>,
  rank: number,
  rankStabilized = false,
): number {
  if (rank === row.rank) return row.alpha;
  const ratio = rank / row.rank;
  const alpha = row.alpha * (rankStabilized ? Math.sqrt(ratio) : ratio);
  const short = Number(alpha.toPrecision(6));
  return Math.abs(alpha - short) <= 1e-10 * Math.abs(alpha) ? short : Number(alpha.toPrecision(12));
}
