import { isScalar, type Pair, type YAMLMap } from 'yaml';
import type { TextEdit } from '../text/textEdit';
import { findPair, lineStart, nextLine, rangeOf, type TextRange } from '../text/yamlText';
import { commentLines } from '../text/blockValue';
import { indentOf, insertion, isBlockMap, replaceInLine } from './blockValue';

/** The text that shall stand behind a key; undefined where the key goes. */
export type Wanted = readonly (readonly [key: string, value: string | undefined])[];

/**
 * Edits that set and remove single keys of a map, in its own style: values change where they stand, keys that go leave
 * their comment, and new ones come behind the last. Undefined where no key would stay, so that the whole is better written anew.
 */
export function mapEdits(
  text: string,
  map: YAMLMap,
  wanted: Wanted,
  newline: string,
): TextEdit[] | undefined {
  const present = wanted.map(([key, value]) => ({ key, value, pair: findPair(map, key) }));
  const gone = new Set(present.flatMap(({ pair, value }) => (pair && value === undefined ? [pair] : [])));
  const last = map.items.findLastIndex((pair) => !gone.has(pair));
  const kept = map.items[last];
  if (!kept) return undefined;
  const block = isBlockMap(map);
  const edits = present.flatMap(({ pair, value }) =>
    pair && value !== undefined ? valueEdits(text, pair, value) : [],
  );
  for (const [index, pair] of map.items.entries()) {
    if (gone.has(pair))
      edits.push(block ? removedLines(text, pair, newline) : removedInline(text, pair, index > last));
  }
  const added = present.flatMap(({ key, pair, value }) =>
    pair || value === undefined ? [] : [`${key}: ${value}`],
  );
  const { end } = pairRange(text, kept);
  if (block) {
    const indent = indentOf(text, map) ?? '';
    edits.push(...added.map((line) => insertion(nextLine(text, end), `${indent}${line}${newline}`)));
  } else edits.push(...added.map((line) => insertion(end, `, ${line}`)));
  return edits;
}

function pairRange(text: string, { key, value }: Pair): TextRange {
  const range = rangeOf(key) ?? { start: 0, end: 0 };
  const colon = /^\s*:/.exec(text.slice(range.end))?.[0].length ?? 0;
  return { start: range.start, end: Math.max(range.end + colon, rangeOf(value)?.end ?? 0) };
}

/** A scalar that says the same already keeps its spelling; that is for the caller to see. */
function valueEdits(text: string, pair: Pair, value: string): TextEdit[] {
  const range = isScalar(pair.value) ? rangeOf(pair.value) : undefined;
  return range && range.end > range.start ? [{ ...range, text: value }] : replaceInLine(text, pair, value);
}

/** A key's lines, but for the comments beside it, which get lines of their own. */
function removedLines(text: string, pair: Pair, newline: string): TextEdit {
  const range = pairRange(text, pair);
  const start = lineStart(text, range.start);
  const end = nextLine(text, range.end);
  const indent = text.slice(start, range.start);
  return { start, end, text: commentLines(text.slice(start, end), indent, newline) };
}

/** A key in braces, with the comma that parted it from the one before where none comes behind, else with its own. */
function removedInline(text: string, pair: Pair, isBehindAll: boolean): TextEdit {
  const { start, end } = pairRange(text, pair);
  const before = isBehindAll ? /,\s*$/.exec(text.slice(0, start)) : null;
  if (before) return { start: before.index, end, text: '' };
  return { start, end: end + (/^(?:\s*,)?[ \t]*/.exec(text.slice(end))?.[0].length ?? 0), text: '' };
}
