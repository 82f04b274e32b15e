import { Lexer } from 'yaml';
import type { TextEdit } from './textEdit';
import { lineStart, nextLine, type TextRange } from './yamlText';

/** A key of a block of YAML, and what stands behind it. */
export interface KeyedValue {
  readonly key: TextRange;
  /** Absent, or empty, where nothing is written. */
  readonly value: TextRange | undefined;
  /** `block`: a map or list of whole lines. */
  readonly kind: 'block' | 'flow' | 'scalar';
}

/** Offset after a key's colon. */
export function afterColon(text: string, key: TextRange): number {
  const colon = text.indexOf(':', key.end);
  return colon < 0 ? key.end : colon + 1;
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
  { key, value, kind }: KeyedValue,
  lines: string,
  indent: string,
  newline: string,
): TextEdit[] {
  const written = value && value.end > value.start;
  if (written && kind === 'block') {
    const start = lineStart(text, value.start);
    const end = nextLine(text, value.end);
    return [{ start, end, text: commentLines(text.slice(start, end), indent, newline) + lines }];
  }
  const colon = afterColon(text, key);
  if (!written) return [insertion(nextLine(text, colon), lines)];
  const kept = kind === 'scalar' ? '' : commentLines(text.slice(value.start, value.end), indent, newline);
  return [{ start: colon, end: value.end, text: '' }, insertion(nextLine(text, value.end), kept + lines)];
}

/**
 * Puts a text that fits on the key's own line in the place of its value. A comment beside the key stays there; comments inside
 * the old value get lines of their own below.
 */
export function replaceInLine(text: string, { key, value, kind }: KeyedValue, inline: string): TextEdit[] {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (value && value.end > value.start && kind !== 'block') {
    const replaced = { ...value, text: inline };
    const indent = /^[ \t]*/.exec(text.slice(lineStart(text, key.start), key.start))?.[0] ?? '';
    const inner = kind === 'flow' ? text.slice(value.start, value.end) : '';
    const kept = inner.includes('#') ? commentLines(inner, indent, newline) : '';
    return kept === '' ? [replaced] : [replaced, insertion(nextLine(text, value.end), kept)];
  }
  const colon = afterColon(text, key);
  const inserted = insertion(colon, ` ${inline}`);
  if (!value || value.end === value.start) return [inserted];
  const start = lineStart(text, value.start);
  // A block on the key's own line can only be a broken one; its lines would take the key with them.
  if (start <= colon) return [{ start: colon, end: value.end, text: ` ${inline}` }];
  const end = nextLine(text, value.end);
  const kept = commentLines(text.slice(start, end), text.slice(start, value.start), newline);
  return [inserted, { start, end, text: kept }];
}

export const insertion = (at: number, text: string): TextEdit => ({ start: at, end: at, text });

/** The comments of a piece of YAML, one a line. */
export function commentLines(source: string, indent: string, newline: string): string {
  const comments: string[] = [];
  for (const token of new Lexer().lex(source)) {
    if (token.startsWith('#')) comments.push(`${indent}${token.trimEnd()}${newline}`);
  }
  return comments.join('');
}
