import type { Tree } from 'web-tree-sitter';
import type { TextRange } from '../text/yamlText';
import { namedModels, nearestModel } from './python/baseModel';
import { Constants, importsOf } from './python/names';
import type { PythonParser } from './python/pythonParser';
import { Reader, type Names } from './python/reader';
import { tokensOf, type Token } from './python/tokens';
import type { ConfigEntry, MapNode, SyntaxFault } from './tree';

/** What is called: PEFT's configurations, and unsloth's own way to them. */
export const callees = ['LoraConfig', 'AdaLoraConfig', 'LilyConfig', 'get_peft_model'] as const;
export type Callee = (typeof callees)[number];

/** One call that asks for an adapter. */
export interface PythonCall {
  readonly callee: Callee;
  /** The name that is called, as written: `peft.LoraConfig`. */
  readonly place: TextRange;
  /** Its arguments by name; the range has the brackets in it. */
  readonly root: MapNode;
  /** The place that names the base model: nearest before the call, in this file. */
  readonly baseModel: ConfigEntry | undefined;
  readonly faults: readonly SyntaxFault[];
}

/** No script that people write is longer. */
const mostCharacters = 2 ** 20;

/** Whether a text can have such calls at all: most sources in a folder have none, and are not parsed. */
const isWorthParsing = (text: string): boolean =>
  text.length <= mostCharacters && /LoraConfig|LilyConfig|get_peft_model/.test(text);

/**
 * The calls of a Python source that ask for adapters: `LoraConfig(…)`, `peft.AdaLoraConfig(…)`, `LilyConfig(…)`, by other
 * names where they were imported so, and unsloth's `FastLanguageModel.get_peft_model(…)`. Literals are values, and so are
 * names of constants; the rest is opaque. Half-typed text gives what can be told of it. Never throws.
 */
export function parsePythonCalls(text: string, parser: PythonParser): readonly PythonCall[] {
  if (!isWorthParsing(text)) return [];
  return parser.withTree(withoutMagic(text), (tree) => new Source(tree, text).calls());
}

/** Lines for the notebook and the shell (`%pip …`, `!nvidia-smi`) as comments of the same length. */
const withoutMagic = (text: string): string =>
  text.replaceAll(/^([ \t]*)(?:!|%)(?=%?[A-Za-z])/gm, (_, indent: string) => `${indent}#`);

const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

class Source {
  private readonly tokens: readonly Token[];
  private readonly imports: ReadonlyMap<string, string>;
  private readonly constants: Constants;
  private readonly names: Names = {
    isMap: (callee) => callee === 'dict' || /^peft\.(?:\w+\.)*\w+Config$/.test(this.full(callee)),
    constant: (name) => this.constant(name),
  };

  constructor(
    tree: Tree,
    private readonly text: string,
  ) {
    this.tokens = tokensOf(tree, text);
    this.imports = importsOf(tree);
    this.constants = new Constants(tree);
  }

  calls(): PythonCall[] {
    const models = namedModels(this.tokens, (index) => {
      const value = new Reader(this.tokens, this.names, this.tokens.length).valueAt(index);
      return value?.kind === 'scalar' && typeof value.value === 'string' ? value : undefined;
    });
    const found: PythonCall[] = [];
    for (let at = 0; at < this.tokens.length; at++) {
      const callee = this.type(at) === '(' ? this.calleeBefore(at) : undefined;
      if (!callee) continue;
      const end = this.endOf(at, callee.place);
      const reader = new Reader(this.tokens, this.names, end.index);
      const { node, next } = reader.arguments(at, callee.name === 'get_peft_model' ? 1 : 0);
      const open = { message: `the bracket of ${callee.name} is not closed`, range: callee.place };
      found.push({
        callee: callee.name,
        place: callee.place,
        root: node,
        baseModel: nearestModel(models, callee.place.start),
        faults: end.isClosed ? reader.faults : [...reader.faults, open],
      });
      // What is called in its arguments is read as part of them.
      at = Math.max(at, next - 1);
    }
    return found;
  }

  /** What stands before a bracket, where it is one of ours. */
  private calleeBefore(bracket: number): { readonly name: Callee; readonly place: TextRange } | undefined {
    let first = bracket - 1;
    if (this.type(first) !== 'identifier') return undefined;
    while (this.type(first - 1) === '.' && this.type(first - 2) === 'identifier') first -= 2;
    const [start, end] = [this.tokens[first]?.start ?? 0, this.tokens[bracket - 1]?.end ?? 0];
    const isDefinition = ['.', 'class', 'def'].includes(this.type(first - 1));
    const parts = this.tokens.slice(first, bracket).filter(({ type }) => type === 'identifier');
    const full = this.full(parts.map(({ text }) => text).join('.'));
    const name = callees.find((one) => full.endsWith(`.${one}`));
    if (!name || isDefinition) return undefined;
    const pattern = name === 'get_peft_model' ? /^unsloth\.(?:\w+\.)*Fast\w*Model\.\w+$/ : /^peft\./;
    return pattern.test(full) ? { name, place: { start, end } } : undefined;
  }

  /** A dotted name in full, by the imports. What nothing brings in, as in a cell of a notebook, is taken for what it says. */
  private full(dotted: string): string {
    const [head = '', ...rest] = dotted.split('.');
    const imported = this.imports.get(head);
    if (imported !== undefined) return [imported, ...rest].join('.');
    if (head === 'peft' || head === 'unsloth') return dotted;
    if (/^Fast\w*Model$/.test(head)) return `unsloth.${dotted}`;
    return rest.length === 0 && /^[A-Z]\w*Config$/.test(head) ? `peft.${dotted}` : dotted;
  }

  private constant(name: string): { readonly from: number; readonly end: number } | undefined {
    const constant = this.constants.find(name);
    if (!constant) return undefined;
    const from = this.indexAt(constant.start);
    const end = this.indexAt(constant.end);
    // A list that is changed later is not what was written.
    const isValue = !constant.isTouched || !['[', '{', '('].includes(this.type(from));
    return isValue && this.text.length >= constant.end ? { from, end } : undefined;
  }

  /** The index of the first word at or behind an offset. */
  private indexAt(offset: number): number {
    let [low, high] = [0, this.tokens.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tokens[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Before which word a call ends at the latest. One that is not closed ends before the next line that is indented no more
   * than its own, as the next statement is.
   */
  private endOf(
    bracket: number,
    { start }: TextRange,
  ): { readonly index: number; readonly isClosed: boolean } {
    const open: string[] = [];
    let next: number | undefined;
    const indent = this.indentOf(start);
    for (let at = bracket; at < this.tokens.length; at++) {
      const { type, isFirst, start: here } = this.tokens[at] ?? { type: '', isFirst: false, start: 0 };
      const opener = openers[type];
      if (Object.values(openers).includes(type)) open.push(type);
      else if (opener !== undefined) {
        // A bracket that closes takes with it those in it that were left open; one that nothing opened is passed over.
        const from = open.lastIndexOf(opener);
        if (from === 0) return { index: at + 1, isClosed: true };
        if (from > 0) open.length = from;
      } else if (next === undefined && isFirst && this.indentOf(here) <= indent) next = at;
    }
    return { index: next ?? this.tokens.length, isClosed: false };
  }

  /** Spaces and tabs before the first word of an offset's line. */
  private indentOf(offset: number): number {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    return /[ \t]*/.exec(this.text.slice(start, offset))?.[0].length ?? 0;
  }

  private type(at: number): string {
    return this.tokens[at]?.type ?? '';
  }
}
