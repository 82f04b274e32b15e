import type { ConfigNode, MapNode } from '../tree';

/** A value as it is wanted in a file. */
export type PlainValue = string | number | boolean | null | readonly PlainValue[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: PlainValue;
}

export const isList = (value: PlainValue | undefined): value is readonly PlainValue[] => Array.isArray(value);

export const isPlainMap = (value: PlainValue | undefined): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a node says; of a value that the text does not tell, the text itself stands there, so that it can be compared, and a mark
 * of keys that it does not tell.
 */
export function plainOf(node: ConfigNode | undefined, text: string): PlainValue {
  switch (node?.kind) {
    case undefined:
      return null;
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map((item) => plainOf(item, text));
    case 'map':
      // A key that stands twice counts as its last, as trainers' parsers take it.
      return Object.fromEntries([
        ...node.entries.map(({ key, value }) => [key, plainOf(value, text)] as const),
        ...(node.hasUnknownKeys ? [['\0', true] as const] : []),
      ]);
    case 'opaque':
      return `\0${text.slice(node.range.start, node.range.end)}`;
  }
}

/** Whether a node says a value already; the order of keys does not count. */
export function says(node: ConfigNode | undefined, value: PlainValue): boolean {
  if (node === undefined) return value === null;
  if (node.kind === 'scalar') return node.value === value;
  if (node.kind === 'list') {
    const { items } = node;
    return isList(value) && value.length === items.length && value.every((one, at) => says(items[at], one));
  }
  return node.kind === 'map' && isPlainMap(value) && mapSays(node, value);
}

function mapSays({ entries, hasUnknownKeys }: MapNode, value: PlainMap): boolean {
  if (hasUnknownKeys) return false;
  const keys = new Map(entries.map((entry) => [entry.key, entry.value]));
  const wanted = Object.entries(value);
  return (
    wanted.length === keys.size && wanted.every(([key, one]) => keys.has(key) && says(keys.get(key), one))
  );
}
