import { largestOf } from '../shared/largestOf';
import type { ScoreFile } from '../shared/scoreFile';

/** Rows by module path with `*` for the layer's number; columns by layer, null where a layer has no such module. */
export type ScoreTable = Record<string, (number | null)[]>;

/**
 * Scores as a table of kinds of modules by layers, far smaller than a list of paths.
 *
 * @param rows one row a kind of module, or a single row `layers` with the layers' own scores
 * @param digits significant digits kept
 */
export function scoreTables(
  file: ScoreFile,
  rows: 'modules' | 'layers',
  digits: number,
): { scores: ScoreTable; standardErrors: ScoreTable } {
  const entries =
    rows === 'layers'
      ? file.layers.map((entry) => ({ ...entry, row: 'layers' }))
      : file.modules.map((entry) => ({ ...entry, row: anyLayer(entry.path, entry.layer) }));
  const layers = 1 + largestOf(entries.map(({ layer }) => layer));
  // By map: a row is named by a file, and a plain object answers to `__proto__`.
  const scores = new Map<string, (number | null)[]>();
  const standardErrors = new Map<string, (number | null)[]>();
  const put = (table: typeof scores, row: string, layer: number, value: number): void => {
    const columns = table.get(row) ?? new Array<number | null>(layers).fill(null);
    columns[layer] = rounded(value, digits);
    table.set(row, columns);
  };
  for (const { row, layer, score, standardError } of entries) {
    put(scores, row, layer, score);
    put(standardErrors, row, layer, standardError);
  }
  return { scores: Object.fromEntries(scores), standardErrors: Object.fromEntries(standardErrors) };
}

/** `model.layers.3.mlp.up_proj` -> `model.layers.*.mlp.up_proj` */
function anyLayer(path: string, layer: number): string {
  const parts = path.split('.');
  const index = parts.indexOf(String(layer));
  return index < 0 ? path : parts.with(index, '*').join('.');
}

const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));
