import { lineStart } from '../../text/yamlText';
import type { ConfigNode, MapNode, ScalarNode, Syntax } from '../tree';

/** How a file is written, as far as its own text tells. */
export interface Style {
  readonly syntax: Syntax;
  readonly newline: string;
  /** One step of indentation. */
  readonly unit: string;
  /** Of strings that are values; empty where YAML has them bare. */
  readonly quote: Quote;
  /** Between a key and its value in brackets: `: `, `=`. */
  readonly colon: string;
  /** Between parts on one line: `, `. */
  readonly comma: string;
  /** Whether all stands on one line. */
  readonly oneLine: boolean;
  /** Whether lists stand on one line, where they fit. */
  readonly inlineLists: boolean;
  /** Whether braces have a space within: `{ a: 1 }`. */
  readonly padded: boolean;
  /** What a YAML list is indented by, beneath its key. */
  readonly dashIndent: string;
}

export type Quote = '' | '"' | "'";

/** Columns that a line may have before a list is spread over more. */
export const width = 100;

export function styleOf(text: string, syntax: Syntax, root: MapNode): Style {
  const nodes = [...descendants(root)];
  const lists = nodes.flatMap((node) => (node.kind === 'list' && node.items.length > 0 ? [node] : []));
  const flowLists = lists.filter((list) => !text.slice(list.range.start, list.range.end).includes('\n'));
  const blockList = lists.find(({ range }) => text.charAt(range.start) === '-');
  const oneLine = !text.slice(root.range.start, root.range.end).includes('\n');
  const unit = unitOf(text, syntax, root) ?? (syntax === 'python' ? '    ' : '  ');
  const dashColumn = blockList && blockList.range.start - lineStart(text, blockList.range.start);
  return {
    syntax,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    unit,
    quote: quoteOf(text, syntax, nodes),
    colon: colonOf(text, root) ?? (syntax === 'python' ? '=' : ': '),
    comma: syntax === 'json' && oneLine && colonOf(text, root) === ':' ? ',' : ', ',
    oneLine,
    inlineLists: flowLists.length > 0 || syntax === 'python',
    padded: nodes.some(({ range }) => /^\{ +\S/.test(text.slice(range.start, range.start + 9))),
    dashIndent: dashColumn === indentOfKey(text, root) ? '' : unit,
  };
}

/** Indentation of a file's top keys. */
const indentOfKey = (text: string, { entries: [first] }: MapNode): number =>
  first ? first.keyRange.start - lineStart(text, first.keyRange.start) : 0;

/** Whitespace at the beginning of an offset's line. */
export const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';

function unitOf(text: string, syntax: Syntax, root: MapNode): string | undefined {
  const parents = syntax === 'yaml' ? root.entries.flatMap(({ value }) => value ?? []) : [root];
  for (const node of parents) {
    const first = node.kind === 'map' ? node.entries[0]?.keyRange.start : undefined;
    if (node.kind !== 'map' || first === undefined) continue;
    const base = syntax === 'yaml' ? ' '.repeat(indentOfKey(text, root)) : indentAt(text, node.range.start);
    const indent = text.slice(lineStart(text, first), first);
    if (/^[ \t]+$/.test(indent) && indent.length > base.length) return indent.slice(base.length);
  }
  return undefined;
}

function colonOf(text: string, { entries }: MapNode): string | undefined {
  const [first] = entries;
  if (!first?.value) return undefined;
  const between = text.slice(first.keyRange.end, first.value.range.start);
  return /^[ \t]*[:=][ \t]*$/.test(between) ? between : undefined;
}

/** That of the first string; JSON has one kind. */
function quoteOf(text: string, syntax: Syntax, nodes: readonly ConfigNode[]): Quote {
  if (syntax === 'json') return '"';
  const isText = (node: ConfigNode): node is ScalarNode =>
    node.kind === 'scalar' && typeof node.value === 'string';
  const quotes = nodes.filter(isText).map(({ range }) => quoteAt(text, range.start));
  return syntax === 'python' ? (quotes.find((quote) => quote !== '') ?? '"') : (quotes[0] ?? '');
}

/** The quote that a string begins with, behind Python's prefixes. */
export const quoteAt = (text: string, start: number): Quote =>
  (/^[a-z]{0,2}(?<quote>["'])/i.exec(text.slice(start, start + 3))?.groups?.['quote'] ?? '') as Quote;

function* descendants(node: ConfigNode): Generator<ConfigNode> {
  yield node;
  const children = node.kind === 'map' ? node.entries.flatMap(({ value }) => value ?? []) : [];
  for (const child of node.kind === 'list' ? node.items : children) yield* descendants(child);
}
