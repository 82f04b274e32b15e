import { getLocation } from 'jsonc-parser';
import type { TextRange } from '../../configs/text/yamlText';
import type { TrainerConfig } from '../../configs/trainers/description';
import type { ConfigNode } from '../../configs/trainers/tree';

/** What is being typed in a config. */
export interface Cursor {
  /** A key of a map, or a value behind one. */
  readonly kind: 'key' | 'value';
  /** Keys from the top of the adapter's map: to the map that a key is typed in, or to the key that a value is behind. */
  readonly path: readonly string[];
  /** One of several: an item of a list, a name of a comma list. */
  readonly isItem: boolean;
  /** What is typed of it so far, quotes left out. */
  readonly word: TextRange;
  /** The quote before the word; empty where it is bare. */
  readonly quote: string;
}

type Place = Pick<Cursor, 'kind' | 'path' | 'isItem'>;

/**
 * What the text at an offset is part of. Half-typed text is what it is for, so indentation and brackets are looked at, not
 * the tree.
 *
 * @param config the adapter that the offset is in
 * @returns undefined where nothing of ours can stand: comments, other keys
 */
export function cursorAt(text: string, config: TrainerConfig, offset: number): Cursor | undefined {
  const typed = /[\w.^$\\*+|()-]*$/.exec(text.slice(Math.max(0, offset - 300), offset))?.[0] ?? '';
  const start = offset - typed.length;
  const before = text.charAt(start - 1);
  const place = placeAt(text, config, offset);
  return place && { ...place, word: { start, end: offset }, quote: /["']/.test(before) ? before : '' };
}

function placeAt(text: string, config: TrainerConfig, offset: number): Place | undefined {
  switch (config.syntax) {
    case 'json':
      return inJson(text, offset);
    case 'yaml':
      return inYaml(text, offset);
    case 'python':
      return inCall(text, config, offset);
  }
}

function inJson(text: string, offset: number): Place | undefined {
  const { path, isAtPropertyKey } = getLocation(text, offset);
  if (path.length === 0) return undefined;
  if (isAtPropertyKey) return { kind: 'key', path: path.slice(0, -1).map(String), isItem: false };
  const isItem = typeof path.at(-1) === 'number';
  return { kind: 'value', path: (isItem ? path.slice(0, -1) : path).map(String), isItem };
}

function inYaml(text: string, offset: number): Place | undefined {
  const lines = text.slice(0, offset).split(/\r?\n/);
  const line = lines.pop() ?? '';
  if (/(?:^|\s)#/.test(line)) return undefined;
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const item = /^ *- +["']?[^\s:"']*$/.test(line) || /^ *-$/.test(line);
  // The items of a list may stand as far to the left as its key.
  if (item) return { kind: 'value', path: parentsOf(lines, indent + 1), isItem: true };
  if (/^ *["']?[^\s:"']*$/.test(line)) return { kind: 'key', path: parentsOf(lines, indent), isItem: false };
  const [, key = '', rest = ''] = /^ *(["']?[^:#]+?["']?) *:(?: +(.*))?$/.exec(line) ?? [];
  if (key === '') return undefined;
  const path = [...parentsOf(lines, indent), unquoted(key)];
  if (rest.startsWith('[')) return { kind: 'value', path, isItem: true };
  if (/^\{(?:[^}]*,)?\s*["']?[^\s:,"']*$/.test(rest)) return { kind: 'key', path, isItem: false };
  return { kind: 'value', path, isItem: rest.includes(',') };
}

/** The keys that a line with this indentation lies below. */
function parentsOf(lines: readonly string[], indent: number): string[] {
  const parents: string[] = [];
  let within = indent;
  for (const line of [...lines].reverse()) {
    const found = /^( *)(?:- +)?(["']?[^\s:#"'][^:#]*?["']?) *:(?: +#.*| *)$/.exec(line);
    const [, spaces = '', key = ''] = found ?? [];
    if (found && spaces.length < within) {
      parents.unshift(unquoted(key));
      within = spaces.length;
    } else if (/^\S/.test(line) && !line.startsWith('#')) break;
  }
  return parents;
}

const unquoted = (key: string): string => key.replace(/^["']|["']$/g, '');

/** In a call's arguments: an argument's value, a list or a dictionary in it, or a place for another argument. */
function inCall(text: string, { root }: TrainerConfig, offset: number): Place | undefined {
  if (offset < root.range.start || offset > root.range.end) return undefined;
  const typed = text.slice(root.range.start, offset);
  for (const { key, keyRange, value } of root.entries) {
    if (offset <= keyRange.end || !value) continue;
    if (value.range.start <= offset && offset <= value.range.end && !isBehind(value, offset)) {
      if (value.kind === 'list') return { kind: 'value', path: [key], isItem: true };
      if (value.kind === 'map') return inDictionary(text, value, key, offset);
      return { kind: 'value', path: [key], isItem: false };
    }
  }
  const named = /(\w+)\s*=\s*["']?[\w.-]*$/.exec(typed);
  if (named?.[1] !== undefined) return { kind: 'value', path: [named[1]], isItem: false };
  return /[(,]\s*\w*$/.test(typed) || /^\s*\w*$/.test(typed)
    ? { kind: 'key', path: [], isItem: false }
    : undefined;
}

/** Behind a closing bracket, the next argument begins. */
const isBehind = ({ kind, range }: ConfigNode, offset: number): boolean =>
  offset === range.end && (kind === 'list' || kind === 'map');

function inDictionary(text: string, { range }: ConfigNode, key: string, offset: number): Place | undefined {
  const typed = text.slice(range.start, offset);
  return /[{,]\s*r?["']?[^"',:]*$/.test(typed) ? { kind: 'key', path: [key], isItem: false } : undefined;
}
