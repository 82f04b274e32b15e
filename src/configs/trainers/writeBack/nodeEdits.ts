import { insertion, replaceInLine, replaceWithLines } from '../../text/blockValue';
import type { TextEdit } from '../../text/textEdit';
import { lineStart, type TextRange } from '../../text/yamlText';
import type { ConfigEntry, ConfigNode, ListNode, MapNode } from '../tree';
import { alignLists } from './alignLists';
import { isList, isPlainMap, says, type PlainMap, type PlainValue } from './plainValue';
import {
  blockLines,
  bracketText,
  entryLines,
  inlineOf,
  inlineText,
  innerColon,
  keyText,
  scalarText,
} from './render';
import { blockEdits, bracketEdits, type AddedPart, type SequenceChange } from './sequenceEdits';
import { indentAt, quoteAt, width, type Quote, type Style } from './style';

/** What shall become of a key. */
export type Change =
  | { readonly kind: 'remove' }
  | { readonly kind: 'inside'; readonly changes: Changes }
  | {
      readonly kind: 'set';
      readonly value: PlainValue;
      /** Which keys a new one comes behind, best first. */
      readonly after: readonly string[];
      /** Whether it comes there also where keys are in alphabetical order. */
      readonly ordered: boolean;
    };
export type Changes = ReadonlyMap<string, Change>;

/** What edits are made of. */
export interface Writing {
  readonly text: string;
  readonly style: Style;
  /** Values are written anew instead of part by part: the way out where a part cannot be told from the text. */
  readonly anew: boolean;
}

/** Whether a node's parts stand within it; those of an alias stand where its anchor is. */
const isHere = ({ range }: ConfigNode, part: TextRange | undefined): boolean =>
  part === undefined || (part.start >= range.start && part.end <= range.end);

export const isBlock = ({ text, style }: Writing, { kind, range }: ConfigNode): boolean =>
  style.syntax === 'yaml' && (kind === 'map' || kind === 'list') && !'{[*'.includes(text.charAt(range.start));

const entryRange = ({ text }: Writing, { keyRange, value }: ConfigEntry): TextRange => ({
  start: keyRange.start,
  end: value ? trimmed(text, value.range).end : keyRange.end,
});

/** A block of text in YAML (`|`, `>`) takes its last newline in. */
const trimmed = (text: string, { start, end }: TextRange): TextRange => ({
  start,
  end: start + text.slice(start, end).trimEnd().length,
});

/** Edits of a map's keys; undefined where it must be written anew. */
export function mapEdits(writing: Writing, map: MapNode, changes: Changes): TextEdit[] | undefined {
  const { text, style } = writing;
  const entries = map.entries.filter(({ keyRange }) => isHere(map, keyRange));
  const keys = entries.map(({ key }) => key);
  const edits: TextEdit[] = [];
  const removed = new Set<number>();
  const added: AddedPart[] = [];
  const block = isBlock(writing, map);
  for (const [key, change] of changes) {
    const at = keys.lastIndexOf(key);
    const entry = entries[at];
    if (change.kind === 'remove') keys.forEach((other, index) => other === key && removed.add(index));
    else if (entry) {
      const found = entryEdits(writing, entry, change, block);
      if (found === undefined) return undefined;
      edits.push(...found);
    } else {
      const wanted = change.kind === 'set' ? change.value : valueOfChanges(change.changes);
      if (wanted === undefined) continue;
      const place = change.kind === 'set' ? change : { after: [], ordered: false };
      const isArgument = text.charAt(map.range.start) === '(';
      const quote = keyQuoteOf(text, style, entries);
      added.push({
        after: placeOf(style, keys, key, place),
        text: block
          ? (indent) => entryLines(style, key, wanted, indent, quote).slice(0, -style.newline.length)
          : (indent, column) => {
              const head =
                keyText(style, key, quote, isArgument) + (isArgument ? style.colon : innerColon(style));
              return head + bracketText(style, wanted, indent, column + head.length);
            },
      });
    }
  }
  const change: SequenceChange = { removed, added: inPlace(added) };
  if (removed.size === 0 && added.length === 0) return edits;
  const ranges = entries.map((entry) => entryRange(writing, entry));
  const sequence = block
    ? blockEdits(text, style, ranges, change)
    : bracketEdits(text, style, map.range, ranges, change);
  return sequence && [...edits, ...sequence];
}

/** Edits at one place stay in the order in which they are wanted. */
const inPlace = (added: readonly AddedPart[]): AddedPart[] => [...added].sort((a, b) => a.after - b.after);

function entryEdits(
  writing: Writing,
  entry: ConfigEntry,
  change: Change,
  block: boolean,
): TextEdit[] | undefined {
  const { value } = entry;
  if (change.kind === 'inside') {
    if (value?.kind === 'map' && isHere(value, value.entries[0]?.keyRange)) {
      const found = mapEdits(writing, value, change.changes);
      if (found) return found;
    }
    const wanted = valueOfChanges(change.changes);
    // A map that loses all it has stays as an empty one; what is no map is not merged with.
    if (value?.kind === 'map') return wholeEdits(writing, entry, wanted ?? {}, block);
    if (wanted === undefined) return [];
    return says(value, null) ? wholeEdits(writing, entry, wanted, block) : undefined;
  }
  if (change.kind === 'remove' || says(value, change.value)) return [];
  const found = value && !writing.anew ? partEdits(writing, value, change.value) : undefined;
  return found ?? wholeEdits(writing, entry, change.value, block);
}

/** Edits of a value's parts. */
function partEdits(writing: Writing, node: ConfigNode, wanted: PlainValue): TextEdit[] | undefined {
  if (says(node, wanted)) return [];
  if (node.kind === 'map' && isPlainMap(wanted)) {
    // `**more` would stay, and bring rows of its own.
    return !node.hasUnknownKeys && isHere(node, node.entries[0]?.keyRange) && fits(writing, node, wanted)
      ? mapEdits(writing, node, changesTo(node, wanted))
      : undefined;
  }
  if (node.kind === 'list' && isList(wanted)) {
    return isHere(node, node.items[0]?.range) && fits(writing, node, wanted)
      ? listEdits(writing, node, wanted)
      : undefined;
  }
  return undefined;
}

/** Whether what stands on one line may stay there: one that was longer than others already, may. */
function fits({ text, style }: Writing, { range }: ConfigNode, wanted: PlainValue): boolean {
  const before = text.slice(range.start, range.end);
  if (before.includes('\n') || style.oneLine || before.startsWith('-')) return true;
  const column = range.start - lineStart(text, range.start);
  const length = inlineText(style, wanted).length;
  return column + length <= width || length <= before.length;
}

function changesTo({ entries }: MapNode, wanted: PlainMap): Changes {
  const changes = new Map<string, Change>();
  for (const { key } of entries) if (!Object.hasOwn(wanted, key)) changes.set(key, { kind: 'remove' });
  const before: string[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    changes.set(key, { kind: 'set', value, after: [...before], ordered: true });
    before.unshift(key);
  }
  return changes;
}

function listEdits(
  writing: Writing,
  { items, range }: ListNode,
  wanted: readonly PlainValue[],
): TextEdit[] | undefined {
  const { text, style } = writing;
  const { replaced, removed, added } = alignLists(items, wanted);
  const edits: TextEdit[] = [];
  const block = text.charAt(range.start) === '-' && style.syntax === 'yaml';
  const quote = quoteAt(text, items[0]?.range.start ?? text.length);
  const written = (value: PlainValue): string =>
    typeof value === 'string' ? scalarText(style, value, quote) : inlineText(style, value);
  for (const [index, value] of replaced) {
    const item = items[index];
    if (item) edits.push({ ...trimmed(text, item.range), text: written(value) });
  }
  const parts = added.map(({ after, value }) => ({
    after,
    text: block ? (indent: string) => `${indent.slice(0, -2)}- ${written(value)}` : () => written(value),
  }));
  if (removed.size === 0 && parts.length === 0) return edits;
  const ranges = items.map((item) => trimmed(text, item.range));
  const sequence = block
    ? blockEdits(text, style, ranges, { removed, added: parts })
    : bracketEdits(text, style, range, ranges, { removed, added: parts });
  return sequence && [...edits, ...sequence];
}

/** A value written anew, in the style of what stood there. */
function wholeEdits(
  writing: Writing,
  { keyRange, value }: ConfigEntry,
  wanted: PlainValue,
  block: boolean,
): TextEdit[] {
  const { text, style } = writing;
  const range = value && trimmed(text, value.range);
  const quote =
    range && value.kind === 'scalar' && typeof value.value === 'string'
      ? quoteAt(text, range.start)
      : style.quote;
  const isScalar = typeof wanted !== 'object' || wanted === null;
  const indent = indentAt(text, keyRange.start);
  const column = keyRange.end - lineStart(text, keyRange.start) + 2;
  if (!block) {
    const words = isScalar ? scalarText(style, wanted, quote) : bracketText(style, wanted, indent, column);
    // Half a pair: `"r":` or `r=`, or a bare key in a flow map, is given its value.
    return [
      range
        ? { ...range, text: words }
        : insertion(keyRange.end, style.syntax === 'yaml' ? `: ${words}` : words),
    ];
  }
  const kind =
    value && isBlock(writing, value)
      ? 'block'
      : value?.kind === 'map' || value?.kind === 'list'
        ? 'flow'
        : 'scalar';
  const place = { key: keyRange, value: range, kind } as const;
  const inline = isScalar ? scalarText(style, wanted, quote) : inlineOf(style, wanted, column);
  if (inline !== undefined) return replaceInLine(text, place, inline);
  const inner = indent + (isList(wanted) ? style.dashIndent : style.unit);
  return replaceWithLines(text, place, blockLines(style, wanted, inner), inner, style.newline);
}

/**
 * Behind which key a new one comes: in order, where a program wrote the keys in order; else the first of those named that is
 * there; else the last.
 */
function placeOf(
  { syntax }: Style,
  keys: readonly string[],
  key: string,
  { after, ordered }: { readonly after: readonly string[]; readonly ordered: boolean },
): number {
  const isSorted =
    keys.length > 2 && keys.every((other, index) => index === 0 || (keys[index - 1] ?? '') <= other);
  if (isSorted && !ordered && syntax === 'json') return keys.findLastIndex((other) => other < key);
  const named = after.map((other) => keys.lastIndexOf(other)).find((index) => index >= 0);
  return named ?? (ordered ? -1 : keys.length - 1);
}

function keyQuoteOf(text: string, { syntax, quote }: Style, entries: readonly ConfigEntry[]): Quote {
  const quotes = new Set(entries.map(({ keyRange }) => quoteAt(text, keyRange.start)));
  const [one] = quotes;
  return one !== undefined && quotes.size === 1 ? one : syntax === 'yaml' ? '' : quote;
}

/** What stands behind a key that was not there. */
function valueOfChanges(changes: Changes): PlainMap | undefined {
  const values = [...changes].flatMap(([key, change]) => {
    const value =
      change.kind === 'set'
        ? change.value
        : change.kind === 'inside'
          ? valueOfChanges(change.changes)
          : undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}
