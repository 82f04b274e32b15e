import { insertion } from '../../text/blockValue';
import type { TextEdit } from '../../text/textEdit';
import { lineStart, nextLine, type TextRange } from '../../text/yamlText';
import type { Syntax } from '../tree';
import { bracketItems, hasComment, type BracketItem } from './bracketItems';
import { indentAt, type Style } from './style';

/** Which parts of a list or map go, and which come. */
export interface SequenceChange {
  /** By their number among the parts of the tree. */
  readonly removed: ReadonlySet<number>;
  readonly added: readonly AddedPart[];
}

export interface AddedPart {
  /** Behind which part of the tree; -1 before all. */
  readonly after: number;
  /** Its text, without a comma and newline at its end, where its line is indented so. */
  readonly text: (indent: string, column: number) => string;
}

/** The parts in brackets, and how they stand. */
interface Layout {
  readonly text: string;
  readonly syntax: Syntax;
  readonly style: Style;
  readonly items: readonly BracketItem[];
  readonly isGone: (item: BracketItem | undefined) => boolean;
}

/**
 * Edits of what stands in brackets: parts that stay are not touched, but for a comma. Undefined where nothing would stay, so
 * that the whole is better written anew.
 */
export function bracketEdits(
  text: string,
  style: Style,
  range: TextRange,
  known: readonly TextRange[],
  { removed, added }: SequenceChange,
): TextEdit[] | undefined {
  const { syntax } = style;
  const items = bracketItems(text, syntax, range, known);
  if (items.length === 0 && text.charAt(range.start) === '(')
    return firstArguments(text, style, range, added);
  const isGone = (item: BracketItem | undefined): boolean =>
    item?.child !== undefined && removed.has(item.child);
  const layout: Layout = { text, syntax, style, items, isGone };
  const ownLines = items.length > 0 && items.every((item) => standsAlone(layout, item));
  const lastKept = items.findLastIndex((item) => !isGone(item));
  if (lastKept < 0 && !(ownLines && added.length > 0)) return undefined;
  const trailing = items.at(-1)?.comma !== undefined;
  const places = added.map(({ after }) => items.findIndex(({ child }) => child === after));
  const isLast = (index: number): boolean => index === added.length - 1 && (places[index] ?? -1) >= lastKept;
  const ordered = added.map((part, index) => ({ part, place: places[index] ?? -1, index }));
  const edits: TextEdit[] = ownLines ? removeLines(layout) : removeInline(layout);
  const kept = items[lastKept];
  const followed = ordered.some(({ place }) => place >= lastKept);
  if (kept && kept.comma === undefined && followed) edits.push(insertion(kept.end, ','));
  if (kept?.comma !== undefined && !trailing && !followed)
    edits.push({ start: kept.comma, end: kept.comma + 1, text: '' });
  for (const { part, place, index } of ordered) {
    const comma = isLast(index) && !trailing ? '' : ',';
    edits.push(ownLines ? addLine(layout, part, place, comma) : addInline(layout, part, place, comma));
  }
  return edits;
}

/** Those of a call that had none. */
function firstArguments(
  text: string,
  style: Style,
  { start }: TextRange,
  added: readonly AddedPart[],
): TextEdit[] {
  const column = start + 1 - lineStart(text, start);
  const words = added.map((part) => part.text(indentAt(text, start), column));
  return [insertion(start + 1, words.join(style.comma))];
}

/** Whether a part has its lines for itself, comments aside. */
function standsAlone({ text, syntax }: Layout, { start, end, comma }: BracketItem): boolean {
  const rest = text.slice(comma === undefined ? end : comma + 1, nextLine(text, end));
  const comment = syntax === 'json' ? /^[ \t]*(?:\/\/.*)?\r?\n$/ : /^[ \t]*(?:#.*)?\r?\n$/;
  return text.slice(lineStart(text, start), start).trim() === '' && comment.test(rest);
}

const endOf = ({ end, comma }: BracketItem): number => (comma === undefined ? end : comma + 1);

const removeLines = ({ text, items, isGone }: Layout): TextEdit[] =>
  items
    .filter(isGone)
    .map((item) => ({ start: lineStart(text, item.start), end: nextLine(text, item.end), text: '' }));

/** Runs of parts that go, with the blanks that parted them from their neighbors. */
function removeInline({ text, syntax, items, isGone }: Layout): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let first = 0; first < items.length; first += 1) {
    if (!isGone(items[first])) continue;
    let last = first;
    while (isGone(items[last + 1])) last += 1;
    const next = items[last + 1];
    const [from, to, before] = [items[first], items[last], items[first - 1]];
    if (from && to) {
      const wide = next
        ? { start: from.start, end: next.start }
        : { start: before ? endOf(before) : from.start, end: endOf(to) };
      const gaps = [
        { start: wide.start, end: from.start },
        { start: endOf(to), end: wide.end },
      ];
      const narrow = { start: from.start, end: endOf(to) };
      edits.push({ ...(gaps.some((gap) => hasComment(text, syntax, gap)) ? narrow : wide), text: '' });
    }
    first = last;
  }
  return edits;
}

function addLine({ text, style, items }: Layout, part: AddedPart, place: number, comma: string): TextEdit {
  const [first] = items;
  const start = first?.start ?? 0;
  const indent = indentAt(text, start);
  const item = items[place];
  const at = item ? nextLine(text, item.end) : lineStart(text, start);
  return insertion(at, indent + part.text(indent, indent.length) + comma + style.newline);
}

function addInline(layout: Layout, part: AddedPart, place: number, comma: string): TextEdit {
  const { text, style, items, isGone } = layout;
  let at = place;
  // What goes takes its place with it.
  while (isGone(items[at])) at -= 1;
  const item = items[at];
  const offset = item ? endOf(item) : (items[0]?.start ?? 0);
  const blank = style.comma.slice(1);
  const words = part.text(indentAt(text, offset), offset - lineStart(text, offset));
  return insertion(offset, item ? blank + words + comma : words + comma + blank);
}

/**
 * Edits of the lines of a block of YAML. Undefined where nothing would stay, or where a part that goes shares its line.
 *
 * @param parts the keys with their values, or a list's items
 */
export function blockEdits(
  text: string,
  style: Style,
  parts: readonly TextRange[],
  { removed, added }: SequenceChange,
): TextEdit[] | undefined {
  const [first] = parts;
  if (first === undefined || (removed.size === parts.length && added.length === 0)) return undefined;
  const lead = text.slice(lineStart(text, first.start), first.start);
  const indent = lead.replace(/\S/g, ' ');
  const isAlone = (part: TextRange): boolean =>
    /^[ \t]*(?:- +)?$/.test(text.slice(lineStart(text, part.start), part.start));
  const touchesFirst = removed.has(0) || added.some(({ after }) => after < 0);
  if (touchesFirst && !isAlone(first)) return undefined;
  const edits: TextEdit[] = parts.flatMap((part, index) =>
    removed.has(index)
      ? [{ start: lineStart(text, part.start), end: nextLine(text, part.end), text: '' }]
      : [],
  );
  for (const { after, text: words } of added) {
    const part = parts[after];
    const at = part ? behindComments(text, nextLine(text, part.end), indent) : lineStart(text, first.start);
    edits.push(insertion(at, words(indent, indent.length) + style.newline));
  }
  return edits;
}

/** Comments that are indented further belong to what stands above them. */
function behindComments(text: string, start: number, indent: string): number {
  let at = start;
  for (;;) {
    const line = text.slice(at, nextLine(text, at));
    const blanks = /^(?<blanks> *)#/.exec(line)?.groups?.['blanks'];
    if (blanks === undefined || blanks.length <= indent.length) return at;
    at = nextLine(text, at);
  }
}
