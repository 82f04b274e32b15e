import type { LayerRow } from './layers';
import { formatValue, type ScoreView } from './scores';

/** What the chart shows, in words, for those who do not see it. */
export function chartSummary(rows: readonly LayerRow[], unit: ScoreView['unit']): string {
  if (rows.length === 0) return 'Layer scores: none yet.';
  const highest = [...rows].sort((a, b) => b.value - a.value).slice(0, 3);
  const named = highest.map((row) => `layer ${row.layer} (${formatValue(unit, row.value)})`).join(', ');
  const kept = rows.filter((row) => row.kept).length;
  const plan = rows.some((row) => row.kept !== undefined) ? ` The plan keeps ${kept} of them.` : '';
  return `Bar chart of the scores of ${rows.length} layers. Highest: ${named}.${plan} The table has all numbers.`;
}
