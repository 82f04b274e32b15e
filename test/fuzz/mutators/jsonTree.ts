/** JSON that can hold what `JSON.stringify` never writes: a key twice, `__proto__`, numbers beyond any number. */
export type JsonNode = JsonRaw | JsonList | JsonMap;

export interface JsonRaw {
  readonly kind: 'raw';
  readonly text: string;
}
export interface JsonList {
  readonly kind: 'list';
  readonly items: JsonNode[];
}
export interface JsonMap {
  readonly kind: 'map';
  readonly entries: [key: string, value: JsonNode][];
}

export const raw = (text: string): JsonRaw => ({ kind: 'raw', text });

/** A value of `JSON.parse` as a tree of its own. */
export function treeOf(value: unknown): JsonNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return raw(JSON.stringify(value) ?? 'null');
  return { kind: 'map', entries: Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]) };
}

/** The tree as text; keys are quoted, raw texts stand as they are. */
export function writeTree(node: JsonNode): string {
  if (node.kind === 'raw') return node.text;
  if (node.kind === 'list') return `[${node.items.map(writeTree).join(', ')}]`;
  return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}: ${writeTree(value)}`).join(', ')}}`;
}

export function copyTree(node: JsonNode): JsonNode {
  if (node.kind === 'raw') return node;
  if (node.kind === 'list') return { kind: 'list', items: node.items.map(copyTree) };
  return { kind: 'map', entries: node.entries.map(([key, value]) => [key, copyTree(value)]) };
}
