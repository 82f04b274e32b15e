import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import type { PlannedModule } from '../../shared/words';
import { indentOf, insertion, replaceInLine } from './blockValue';
import { mapEdits } from './mapEdits';
import { quoted, rowValue } from './planRows';
import type { TextEdit } from '../text/textEdit';
import { findPair, keyName, lineStart, nextLine, rangeOf } from '../text/yamlText';

/** Whether a row of the file is locked, and so not ours to change. */
export function isLocked(pair: Pair): boolean {
  const locked = isMap(pair.value) ? findPair(pair.value, 'locked')?.value : undefined;
  return isScalar(locked) && locked.value === true;
}

/** Whether a row stays as it is, whatever is wanted. */
export type Fixed = (pair: Pair) => boolean;

/**
 * Edits that bring the rows of a block map to those wanted: numbers change in place, rows that go take their line with
 * them, new ones stand after the row that they follow in the plan. Fixed rows stay as they are.
 *
 * @param key the pair of `modules:`
 */
export function blockRowEdits(
  text: string,
  key: Pair,
  rows: YAMLMap,
  wanted: Readonly<Record<string, PlannedModule>>,
  newline: string,
  isFixed: Fixed,
): TextEdit[] {
  const present = new Map(rows.items.map((pair) => [keyName(pair) ?? '', pair]));
  const kept = (path: string, pair: Pair): boolean => isFixed(pair) || Object.hasOwn(wanted, path);
  if (![...present].some(([path, pair]) => kept(path, pair)) && Object.keys(wanted).length === 0) {
    return [...replaceEmpty(text, key), ...[...present.values()].flatMap((pair) => removeRow(text, pair))];
  }
  const indent = indentOf(text, rows) ?? '';
  const quote = quoteStyle(rows);
  const edits: TextEdit[] = [];
  let at = nextLine(text, rangeOf(key.key)?.end ?? 0);
  for (const [path, row] of Object.entries(wanted)) {
    const pair = present.get(path);
    if (pair) {
      at = nextLine(text, rowEnd(pair));
      if (!isFixed(pair)) edits.push(...rowEdits(text, pair, row, newline));
    } else edits.push(insertion(at, `${indent}${quoted(path, quote)}: ${rowValue(row)}${newline}`));
  }
  for (const [path, pair] of present) if (!kept(path, pair)) edits.push(...removeRow(text, pair));
  return edits;
}

/** Edits of one row whose module stays: of what differs alone where it is a map of its own, else of its whole value. */
export function rowEdits(text: string, pair: Pair, row: PlannedModule, newline: string): TextEdit[] {
  const { value } = pair;
  const wanted: [string, string | undefined][] = (['rank', 'alpha', 'experts'] as const)
    .filter((name) => !says(value, name, row[name]))
    .map((name) => [name, String(row[name])]);
  if ((row.locked ?? false) !== isLocked(pair)) wanted.push(['locked', row.locked ? 'true' : undefined]);
  const edits = isMap(value) ? mapEdits(text, value, wanted, newline) : undefined;
  return edits ?? replaceInLine(text, pair, rowValue(row));
}

function says(row: unknown, name: string, wanted: number): boolean {
  const scalar = isMap(row) ? findPair(row, name)?.value : undefined;
  return isScalar(scalar) && scalar.value === wanted;
}

const rowEnd = (pair: Pair): number => Math.max(rangeOf(pair.key)?.end ?? 0, rangeOf(pair.value)?.end ?? 0);

function removeRow(text: string, pair: Pair): TextEdit[] {
  const start = lineStart(text, rangeOf(pair.key)?.start ?? 0);
  return [{ start, end: nextLine(text, rowEnd(pair)), text: '' }];
}

/** `modules:` with no rows left would be null. */
const replaceEmpty = (text: string, key: Pair): TextEdit[] => {
  const end = rangeOf(key.key)?.end ?? 0;
  return [insertion(text.indexOf(':', end) + 1, ' {}')];
};

/** The quotes around the keys of the rows, where all have the same. */
function quoteStyle(rows: YAMLMap): '' | '"' | "'" {
  const types = new Set(rows.items.map(({ key }) => (isScalar(key) ? key.type : undefined)));
  if (types.size !== 1) return '';
  return types.has('QUOTE_DOUBLE') ? '"' : types.has('QUOTE_SINGLE') ? "'" : '';
}
