import type { TextRange } from '../../text/yamlText';
import type { Syntax } from '../tree';

/** One part of what stands in brackets, between commas. */
export interface BracketItem extends TextRange {
  /** Where the comma behind it is, if there is one. */
  readonly comma: number | undefined;
  /** Which of the known parts it is; undefined for what the tree does not tell of: arguments by position, `**more`. */
  readonly child: number | undefined;
}

/**
 * The parts between a bracket and its partner: of a JSON object or list, of YAML in flow style, of a Python call's arguments.
 *
 * @param range both brackets included
 * @param known places of the parts that the tree has, in the order of the text; their own commas and brackets do not count
 */
export function bracketItems(
  text: string,
  syntax: Syntax,
  range: TextRange,
  known: readonly TextRange[],
): BracketItem[] {
  const items: BracketItem[] = [];
  let open: { start: number; end: number; child: number | undefined } | undefined;
  let next = 0;
  let depth = 0;
  const take = (start: number, end: number, child?: number): void => {
    open ??= { start, end, child };
    open.end = end;
    open.child ??= child;
  };
  for (let at = range.start + 1; at < range.end - 1;) {
    while (next < known.length && (known[next]?.start ?? 0) < at) next += 1;
    const child = known[next];
    if (child?.start === at && child.end > at && depth === 0) {
      take(at, child.end, next);
      at = child.end;
      continue;
    }
    const char = text.charAt(at);
    const comment = commentEnd(text, at, syntax);
    if (comment !== undefined) at = comment;
    else if (/\s/.test(char)) at += 1;
    else if (char === ',' && depth === 0) {
      if (open) items.push({ ...open, comma: at });
      open = undefined;
      at += 1;
    } else {
      if ('([{'.includes(char)) depth += 1;
      if (')]}'.includes(char)) depth -= 1;
      const end = stringEnd(text, at) ?? at + 1;
      take(at, end);
      at = end;
    }
  }
  if (open) items.push({ ...open, comma: undefined });
  return items;
}

/** The end of a comment that begins here, before its newline. */
function commentEnd(text: string, at: number, syntax: Syntax): number | undefined {
  const starts =
    syntax === 'json'
      ? text.startsWith('//', at)
      : text.charAt(at) === '#' && (syntax === 'python' || /\s/.test(text.charAt(at - 1)));
  if (!starts) return syntax === 'json' && text.startsWith('/*', at) ? blockEnd(text, at) : undefined;
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

function blockEnd(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

const string = /"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/** The end of a string in quotes that begins here. */
function stringEnd(text: string, at: number): number | undefined {
  string.lastIndex = at;
  return string.test(text) ? string.lastIndex : undefined;
}

/** Whether a range holds a comment, where strings of the known parts do not count. */
export const hasComment = (text: string, syntax: Syntax, { start, end }: TextRange): boolean => {
  for (let at = start; at < end; at += 1) if (commentEnd(text, at, syntax) !== undefined) return true;
  return false;
};
