import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

/** Offsets into a text, the end one past the last character. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A YAML document with all its faults as data: nothing is thrown and nothing is printed. */
export const parseYaml = (text: string): Document.Parsed =>
  parseDocument(text, {
    logLevel: 'silent',
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
    keepSourceTokens: true,
  });

/** A key as the name it stands for; complex keys give undefined. */
export const keyName = (pair: Pair): string | undefined =>
  isScalar(pair.key) ? String(pair.key.value) : undefined;

export const findPair = (map: YAMLMap, name: string): Pair | undefined =>
  map.items.find((pair) => keyName(pair) === name);

/** The value of a key where it is a map. */
export function childMap(map: YAMLMap | undefined, name: string): YAMLMap | undefined {
  const value = map && findPair(map, name)?.value;
  return isMap(value) ? value : undefined;
}

/** A node's text without what follows it (spaces, comments); undefined for a node that was not written. */
export function rangeOf(node: unknown): TextRange | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return { start: node.range[0], end: contentEnd(node) };
}

/** The end of a block's last line of content: the library's own end may take following comments in. */
function contentEnd(node: Node): number {
  let end = node.range?.[0] ?? 0;
  // Not by recursion: a hostile text nests deeper than the stack.
  const open: unknown[] = [node];
  while (open.length > 0) {
    const one = open.pop();
    if (!isNode(one) || !one.range) continue;
    if (!isCollection(one) || one.flow || isAlias(one)) end = Math.max(end, leafEnd(one, one.range[1]));
    else {
      end = Math.max(end, one.range[0]);
      const last: unknown = one.items.at(-1);
      if (isPairLike(last)) open.push(last.key, last.value);
      else open.push(last);
    }
  }
  return end;
}

/** A block of text (`|`, `>`) takes the newlines behind it in. */
function leafEnd(node: Node, end: number): number {
  const token = isScalar(node) ? node.srcToken : undefined;
  if (token?.type !== 'block-scalar') return end;
  return end - (token.source.length - token.source.trimEnd().length);
}

const isPairLike = (item: unknown): item is Pair =>
  typeof item === 'object' && item !== null && 'key' in item;

/** Offset of the first character of a line. A byte order mark stands before the first line and is none of its own. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && offset > 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** Offset after a line's newline, or the text's end. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

/** Zero-based line and column of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length - 1, column: offset - lineStart(text, offset) };
}
