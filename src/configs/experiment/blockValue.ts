import { isCollection, isMap, isScalar, Lexer, type Pair, type YAMLMap } from 'yaml';
import type { TextEdit } from './textEdit';
import { lineStart, nextLine, rangeOf } from './yamlText';

/** Whitespace before the first key of a block map; undefined for a flow map or an empty one. */
export function indentOf(text: string, map: YAMLMap | undefined): string | undefined {
  const key = map && !map.flow ? rangeOf(map.items[0]?.key) : undefined;
  return key && text.slice(lineStart(text, key.start), key.start);
}

export const isBlockMap = (node: unknown): node is YAMLMap => isMap(node) && !node.flow;

/** Offset after a key's colon. */
export function afterColon(text: string, pair: Pair): number {
  const end = rangeOf(pair.key)?.end ?? 0;
  const colon = text.indexOf(':', end);
  return colon < 0 ? end : colon + 1;
}

/**
 * Puts whole lines below a key in the place of its value, be that a block, something on the key's own line, or nothing.
 * A comment beside the key stays there; comments inside the old value are kept above the new lines.
 *
 * @param lines each with its newline
 * @param indent for comments that must move
 */
export function replaceWithLines(
  text: string,
  pair: Pair,
  lines: string,
  indent: string,
  newline: string,
): TextEdit[] {
  const value = rangeOf(pair.value);
  const written = value && value.end > value.start;
  if (written && isCollection(pair.value) && !pair.value.flow) {
    const start = lineStart(text, value.start);
    const end = nextLine(text, value.end);
    return [{ start, end, text: commentLines(text.slice(start, end), indent, newline) + lines }];
  }
  const colon = afterColon(text, pair);
  if (!written) return [insertion(nextLine(text, colon), lines)];
  const kept = isScalar(pair.value) ? '' : commentLines(text.slice(value.start, value.end), indent, newline);
  return [{ start: colon, end: value.end, text: '' }, insertion(nextLine(text, value.end), kept + lines)];
}

/** Puts a text that fits on the key's own line in the place of its value. */
export function replaceInLine(text: string, pair: Pair, inline: string): TextEdit[] {
  const value = rangeOf(pair.value);
  if (value && value.end > value.start && !(isCollection(pair.value) && !pair.value.flow)) {
    return [{ ...value, text: inline }];
  }
  const colon = afterColon(text, pair);
  const inserted = insertion(colon, ` ${inline}`);
  if (!value || value.end === value.start) return [inserted];
  const start = lineStart(text, value.start);
  // A block on the key's own line can only be a broken one; its lines would take the key with them.
  if (start <= colon) return [{ start: colon, end: value.end, text: ` ${inline}` }];
  return [inserted, { start, end: nextLine(text, value.end), text: '' }];
}

export const insertion = (at: number, text: string): TextEdit => ({ start: at, end: at, text });

/** The comments of a piece of YAML, one a line. */
function commentLines(source: string, indent: string, newline: string): string {
  const comments: string[] = [];
  for (const token of new Lexer().lex(source)) {
    if (token.startsWith('#')) comments.push(`${indent}${token.trimEnd()}${newline}`);
  }
  return comments.join('');
}
