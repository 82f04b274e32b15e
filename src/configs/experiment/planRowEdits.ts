import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import type { PlannedModule } from '../../shared/words';
import { indentOf, insertion, isBlockMap, replaceInLine } from './blockValue';
import { quoted, rowValue } from './planRows';
import type { TextEdit } from './textEdit';
import { findPair, keyName, lineStart, nextLine, rangeOf } from './yamlText';

/** Whether a row of the file is locked, and so not ours to change. */
export function isLocked(pair: Pair): boolean {
  const locked = isMap(pair.value) ? findPair(pair.value, 'locked')?.value : undefined;
  return isScalar(locked) && locked.value === true;
}

/**
 * Edits that bring the rows of a block map to those wanted: numbers change in place, rows that go take their line with
 * them, new ones stand after the row that they follow in the plan. Locked rows stay as they are.
 *
 * @param key the pair of `modules:`
 */
export function blockRowEdits(
  text: string,
  key: Pair,
  rows: YAMLMap,
  wanted: Readonly<Record<string, PlannedModule>>,
  newline: string,
): TextEdit[] {
  const present = new Map(rows.items.map((pair) => [keyName(pair) ?? '', pair]));
  const kept = (path: string, pair: Pair): boolean => isLocked(pair) || Object.hasOwn(wanted, path);
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
      edits.push(...rowEdits(text, pair, row, newline));
    } else edits.push(insertion(at, `${indent}${quoted(path, quote)}: ${rowValue(row)}${newline}`));
  }
  for (const [path, pair] of present) if (!kept(path, pair)) edits.push(...removeRow(text, pair));
  return edits;
}

/** Edits of one row whose module stays: of its numbers alone where they stand one by one, else of its whole value. */
export function rowEdits(text: string, pair: Pair, row: PlannedModule, newline: string): TextEdit[] {
  if (isLocked(pair)) return [];
  const { value } = pair;
  const edits: TextEdit[] = [];
  for (const name of ['rank', 'alpha', 'experts'] as const) {
    const scalar = isMap(value) ? findPair(value, name)?.value : undefined;
    const range = rangeOf(scalar);
    if (!isScalar(scalar) || !range || range.end === range.start)
      return replaceInLine(text, pair, rowValue(row));
    if (scalar.value !== row[name]) edits.push({ ...range, text: String(row[name]) });
  }
  return row.locked && isMap(value) ? [...edits, ...lockEdits(text, value, newline)] : edits;
}

function lockEdits(text: string, value: YAMLMap, newline: string): TextEdit[] {
  const written = rangeOf(findPair(value, 'locked')?.value);
  if (written && written.end > written.start) return [{ ...written, text: 'true' }];
  const end = rangeOf(value.items.at(-1)?.value)?.end ?? 0;
  return isBlockMap(value)
    ? [insertion(nextLine(text, end), `${indentOf(text, value) ?? ''}locked: true${newline}`)]
    : [insertion(end, ', locked: true')];
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
