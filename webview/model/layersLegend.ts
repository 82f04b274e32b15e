import type { LayerRow } from './layers';
import { formatValue, type ScoreView } from './scores';

/** What stands under the chart: the name of a mark, empty for none, and what it means. */
export function legendEntries(
  rows: readonly LayerRow[],
  { unit, layerIntervals }: ScoreView,
  line: number | undefined,
  tasks: number,
): [mark: string, text: string][] {
  const kept = rows.filter((row) => row.kept).length;
  const entries: [string, string][] = [];
  if (rows.some((row) => row.kept !== undefined)) {
    entries.push(['kept', `Kept by the plan (${kept} of ${rows.length})`], ['other', 'Not kept']);
  }
  if (line !== undefined)
    entries.push(['line', `Selection line: ${formatValue(unit, line)}, the lowest layer kept`]);
  if (layerIntervals) entries.push(['whisker', '95 % interval, bootstrap over samples']);
  else if (rows.some((row) => row.interval !== undefined)) entries.push(['whisker', '± 1 standard error']);
  else if (tasks > 1) entries.push(['', 'Intervals are shown for each task by itself.']);
  return entries;
}
