import type { TextRange } from '../text/yamlText';

/**
 * What a user's file says, whatever its language, with the place of every part. JSON, YAML and Python's calls all give this
 * tree, so that a trainer's format is a table of names and no parser.
 */
export type ConfigNode = ScalarNode | ListNode | MapNode | OpaqueNode;

export interface Placed {
  readonly range: TextRange;
  /**
   * The value stands somewhere else in the file, and `range` is the name that stands for it: Python's `r=RANK`. It holds for
   * all that lies in it. What an edit puts there replaces the name, so edits that mean the value must not be made.
   */
  readonly isElsewhere?: true;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  /** In the order of the file; a key that stands twice is there twice. */
  readonly entries: readonly ConfigEntry[];
  /** There are more keys than the text tells: Python's `**settings`. A key that is missing here may be said all the same. */
  readonly hasUnknownKeys?: true;
}

/** A value that the text alone does not tell: a variable, a call, an alias without its anchor, half a word. */
export interface OpaqueNode extends Placed {
  readonly kind: 'opaque';
}

export interface ConfigEntry {
  readonly key: string;
  /** Quotes included. */
  readonly keyRange: TextRange;
  /** Absent where nothing is written behind the key. */
  readonly value: ConfigNode | undefined;
}

export const syntaxes = ['json', 'yaml', 'python'] as const;
export type Syntax = (typeof syntaxes)[number];

/** Something that the language itself does not allow. */
export interface SyntaxFault {
  readonly message: string;
  readonly range: TextRange;
}

/** A text as a tree. Half-typed text gives what can be told of it, and the faults. */
export interface ParsedTree {
  /** Absent where the text is no map at its top. */
  readonly root: MapNode | undefined;
  readonly faults: readonly SyntaxFault[];
}

/** What is read of a file at most: a config is far smaller, and a hostile file must cost neither time nor memory. */
export const limits = {
  /** Brackets, or blocks, inside each other. */
  depth: 100,
  /** Of a tree with its aliases written out. */
  nodes: 100_000,
  yamlCharacters: 2 ** 18,
  /** AdaLoRA saves a line for each triplet of each matrix. */
  jsonCharacters: 2 ** 23,
} as const;

export const tooLong = (text: string, most: number): ParsedTree => ({
  root: undefined,
  faults: [{ message: `longer than ${most} characters`, range: { start: 0, end: Math.min(1, text.length) } }],
});

/** Keys that stand twice in a map: each but the last is without effect in Python. */
export function twice(entries: readonly ConfigEntry[]): SyntaxFault[] {
  const last = new Map(entries.map((entry) => [entry.key, entry]));
  return entries
    .filter((entry) => last.get(entry.key) !== entry)
    .map(({ key, keyRange }) => ({
      message: `${key} stands twice, and the last one counts`,
      range: keyRange,
    }));
}

/** The entry of a key; the last one where it stands twice, which is the one that trainers' parsers take. */
export const entryOf = (map: MapNode | undefined, key: string): ConfigEntry | undefined =>
  map?.entries.findLast((entry) => entry.key === key);

/** The entry at a path: `adapter.r` is the key r of the map behind adapter. */
export function entryAt(root: MapNode | undefined, path: string): ConfigEntry | undefined {
  const keys = path.split('.');
  let map = root;
  for (const key of keys.slice(0, -1)) {
    const value = entryOf(map, key)?.value;
    map = value?.kind === 'map' ? value : undefined;
  }
  return entryOf(map, keys.at(-1) ?? '');
}

/** A node's text where it is one: names that were written bare, or in quotes. */
export const textOf = (node: ConfigNode | undefined): string | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;

/** A node's number where it is a finite one: YAML's `.inf`, `.nan` and `1e999` are no ranks and no alphas. */
export const numberOf = (node: ConfigNode | undefined): number | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'number' && Number.isFinite(node.value)
    ? node.value
    : undefined;

export const flagOf = (node: ConfigNode | undefined): boolean | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined;

/** Whether a text has a place that something else fills in: `${model}`, `{{ rank }}`. */
export const isTemplate = (text: string): boolean => /[$]\{|\{\{/.test(text);

/** Whether the text alone tells a value, all of it. */
export function isTold(node: ConfigNode | undefined): boolean {
  switch (node?.kind) {
    case undefined:
      return true;
    case 'opaque':
      return false;
    case 'scalar':
      return typeof node.value !== 'string' || !isTemplate(node.value);
    case 'list':
      return node.items.every(isTold);
    case 'map':
      return !node.hasUnknownKeys && node.entries.every(({ value }) => isTold(value));
  }
}
