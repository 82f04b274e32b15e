import { isMap, parseDocument, type Document } from 'yaml';
import { TreeBuilder } from './yamlNodes';
import {
  limits,
  tooLong,
  twice,
  type ConfigEntry,
  type MapNode,
  type ParsedTree,
  type SyntaxFault,
} from './tree';

/**
 * YAML as a tree, read as the trainers' own reader does (PyYAML: YAML 1.1, where `yes` is true and `<<` merges). Aliases are
 * followed to what they stand for, and keep their own place. Of several documents the first is read. Where the text as a
 * whole does not parse, each block of the top level is read by itself, and in a broken block the line that breaks it.
 */
export function parseYamlTree(text: string): ParsedTree {
  if (text.length > limits.yamlCharacters) return tooLong(text, limits.yamlCharacters);
  const deep = tooDeep(text);
  if (deep) return { root: undefined, faults: [deep] };
  const document = parse(text);
  const builder = new TreeBuilder(text.length);
  const root = document.errors.length > 0 ? rootOfBlocks(text, document, builder) : rootOf(document, builder);
  const faults = [
    ...faultsOf(document, text),
    ...moreDocuments(text, document),
    ...builder.faults,
    ...(root ? twice(root.entries) : []),
  ];
  return { root, faults };
}

/** Keys that stand twice are found here, because the library compares every two. */
const parse = (text: string): Document.Parsed =>
  parseDocument(text, {
    version: '1.1',
    logLevel: 'silent',
    prettyErrors: false,
    uniqueKeys: false,
    strict: true,
  });

const faultsOf = ({ errors }: Document.Parsed, { length }: string): SyntaxFault[] => {
  // One slip often gives the same message for every line behind it: the first counts.
  const first = new Map(errors.toReversed().map((error) => [error.message, error]));
  return (
    [...first.values()]
      // What is missing at the end, the library places behind it.
      .map(({ message, pos: [start, end] }) => ({
        message,
        range: { start: Math.min(start, length), end: Math.min(end, length) },
      }))
      .sort((a, b) => a.range.start - b.range.start)
  );
};

function rootOf(document: Document.Parsed, builder: TreeBuilder, offset = 0): MapNode | undefined {
  const node = builder.nodeOf(document.contents, offset);
  return node?.kind === 'map' ? node : undefined;
}

/** PyYAML refuses a stream of more than one document. */
function moreDocuments(text: string, { range, errors }: Document.Parsed): SyntaxFault[] {
  const rest = /^(?:\s|#.*|\.\.\.(?=\s|$))*/.exec(text.slice(range[1]))?.[0].length ?? 0;
  const start = range[1] + rest;
  if (errors.length > 0 || start >= text.length) return [];
  return [
    {
      message: 'a second document begins here, and trainers read one',
      range: { start, end: Math.min(start + 3, text.length) },
    },
  ];
}

interface Block {
  readonly text: string;
  readonly start: number;
}

/** One block for each line that begins with a key: nothing else of YAML's block style may begin in the first column. */
function blocksOf(text: string): Block[] {
  const starts = [...text.matchAll(/^\uFEFF?(?:["']?[\w.][\w.-]*["']?|<<)[ \t]*:(?=\s|$)/gm)].map(
    ({ index }) => index,
  );
  // Another document may follow, and is none of this one.
  const end = /^---(?:\s|$)/m.exec(text.slice(starts[0] ?? text.length))?.index;
  const last = end === undefined ? text.length : (starts[0] ?? 0) + end;
  return starts
    .filter((start) => start < last)
    .map((start, index) => ({ text: text.slice(start, Math.min(starts[index + 1] ?? last, last)), start }));
}

function rootOfBlocks(text: string, whole: Document.Parsed, builder: TreeBuilder): MapNode | undefined {
  const blocks = blocksOf(text);
  if (blocks.length === 0 || blocks.length > mendable.blocks) return rootOf(whole, builder);
  const entries = blocks.flatMap((block) => entriesOf(block, builder));
  const [first] = blocks;
  const end = entries.at(-1)?.value?.range.end ?? entries.at(-1)?.keyRange.end ?? text.length;
  return { kind: 'map', range: { start: first?.start ?? 0, end }, entries };
}

/** Up to here each line of a block is tried for the one that breaks it. */
const mendable = { lines: 60, characters: 8192, blocks: 400 };

function entriesOf({ text, start }: Block, builder: TreeBuilder): readonly ConfigEntry[] {
  const document = parse(text);
  const entriesIn = (one: Document.Parsed, offset: number): readonly ConfigEntry[] =>
    rootOf(one, builder, offset)?.entries ?? [];
  if (document.errors.length === 0) return entriesIn(document, start);
  const mended = withoutOneLine(text);
  if (!mended) return entriesIn(document, start);
  const { line, from } = mended;
  const entries = entriesIn(mended.document, start);
  const [entry] = entries;
  // What was typed of the broken line: a list that is not closed, or a text without its second quote.
  const alone = parse(`${line}\n`);
  const indent = indentOf(line);
  if (!entry || entry.value?.kind !== 'map' || !isMap(alone.contents)) return entries;
  if (indent !== firstIndent(mended.document.contents, text)) return entries;
  const typed = entriesIn(alone, start + from);
  const inside = [...entry.value.entries, ...typed].sort((a, b) => a.keyRange.start - b.keyRange.start);
  return [{ ...entry, value: { ...entry.value, entries: inside } }, ...entries.slice(1)];
}

/** The block with the first line blanked without which it parses; its offsets stay. */
function withoutOneLine(
  text: string,
): { readonly document: Document.Parsed; readonly line: string; readonly from: number } | undefined {
  const lines = [...text.matchAll(/.+/g)];
  if (lines.length > mendable.lines || text.length > mendable.characters) return undefined;
  for (const { 0: line, index } of lines.slice(1)) {
    const document = parse(text.slice(0, index) + ' '.repeat(line.length) + text.slice(index + line.length));
    if (document.errors.length === 0) return { document, line, from: index };
  }
  return undefined;
}

const indentOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;

/** How far the keys of a block's own map are indented. */
function firstIndent(contents: unknown, text: string): number | undefined {
  const value: unknown = isMap(contents) ? contents.items[0]?.value : undefined;
  const at = isMap(value) ? value.range?.[0] : undefined;
  return at === undefined ? undefined : at - (text.lastIndexOf('\n', at) + 1);
}

/** Found before the library reads the text, which would follow every level with its own stack. */
function tooDeep(text: string): SyntaxFault | undefined {
  const fault = (start: number): SyntaxFault => ({
    message: `nested deeper than ${limits.depth}`,
    range: { start, end: Math.min(start + 1, text.length) },
  });
  const inLine = new RegExp(`(?:[-?:][ \\t]+){${limits.depth}}`).exec(text);
  if (inLine) return fault(inLine.index);
  let brackets = 0;
  // The library's time grows with the square of brackets that close nothing.
  let strays = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[{\]}]/g)) {
    brackets = bracket === '[' || bracket === '{' ? brackets + 1 : brackets - 1;
    if (brackets < 0) {
      brackets = 0;
      strays++;
    }
    if (Math.max(brackets, strays) > limits.depth) return fault(index);
  }
  const indents: number[] = [];
  for (const { 1: spaces = '', index } of text.matchAll(/^( *)(?=[^\s#])/gm)) {
    while ((indents.at(-1) ?? -1) >= spaces.length) indents.pop();
    indents.push(spaces.length);
    if (indents.length > limits.depth) return fault(index);
  }
  return undefined;
}
