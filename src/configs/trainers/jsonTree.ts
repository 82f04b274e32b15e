import { createScanner, type SyntaxKind } from 'jsonc-parser';
import type { TextRange } from '../text/yamlText';
import {
  limits,
  tooLong,
  twice,
  type ConfigEntry,
  type ConfigNode,
  type MapNode,
  type ParsedTree,
} from './tree';

/**
 * JSON as a tree. What Python's reader, which trainers use, does not take is a fault: comments, commas at the end, a byte
 * order mark. Half-typed text gives every entry that can be told: a key without its colon or its value hides no other, and
 * a list that is not closed ends before the next key. Reads with a stack of its own, so no depth ends it.
 */
export function parseJsonTree(text: string): ParsedTree {
  if (text.length > limits.jsonCharacters) return tooLong(text, limits.jsonCharacters);
  return new JsonReader(text).read();
}

interface OpenEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  colon: boolean;
  value?: ConfigNode | undefined;
}

interface OpenMap {
  readonly kind: 'map';
  readonly start: number;
  readonly entries: OpenEntry[];
  /** Whether a comma, or nothing, stands before what comes next. */
  ready: boolean;
}

interface OpenList {
  readonly kind: 'list';
  readonly start: number;
  readonly items: ConfigNode[];
  ready: boolean;
}

type Open = OpenMap | OpenList;

/** The scanner's kinds of tokens: its own names are constants of its compiler and are not in the package's code. */
const Token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  trivia: 15,
  end: 17,
} as const satisfies Readonly<Record<string, SyntaxKind>>;

const literals: Readonly<Partial<Record<number, boolean | null>>> = {
  [Token.true]: true,
  [Token.false]: false,
  [Token.null]: null,
};

class JsonReader {
  private readonly scanner;
  private readonly faults: { message: string; range: TextRange }[] = [];
  private readonly stack: Open[] = [];
  private root: ConfigNode | undefined;
  /** Where the last token ends: a container that is not closed ends there. */
  private last = 0;

  constructor(private readonly text: string) {
    this.scanner = createScanner(text);
  }

  read(): ParsedTree {
    if (this.text.startsWith('\uFEFF')) {
      this.fault('a byte order mark stands before the JSON', { start: 0, end: 1 });
      this.scanner.setPosition(1);
    }
    for (let kind = this.next(); kind !== Token.end; kind = this.next()) {
      if (this.root && this.stack.length === 0) {
        this.fault('the file goes on behind its end', this.token());
        break;
      }
      this.take(kind);
      this.last = this.token().end;
    }
    if (this.stack.length > 0) this.fault('a bracket is not closed', this.placeAtEnd());
    while (this.stack.length > 0) this.close(this.last);
    const root = this.root?.kind === 'map' ? this.root : undefined;
    return { root, faults: this.faults };
  }

  /** The next token that means something; comments are faults. */
  private next(): SyntaxKind {
    for (;;) {
      const kind = this.scanner.scan();
      if (kind === Token.lineComment || kind === Token.blockComment) {
        this.fault('JSON has no comments', this.token());
      } else if (kind !== Token.trivia && kind !== Token.lineBreak) return kind;
    }
  }

  private take(kind: SyntaxKind): void {
    switch (kind) {
      case Token.openBrace:
        return this.open('map');
      case Token.openBracket:
        return this.open('list');
      case Token.closeBrace:
        return this.closeTo('map');
      case Token.closeBracket:
        return this.closeTo('list');
      case Token.comma:
        return this.comma();
      case Token.colon:
        return this.colon();
      case Token.string:
        return this.string();
      default:
        return this.value(this.scalar(kind));
    }
  }

  private open(kind: 'map' | 'list'): void {
    const { start } = this.token();
    if (this.stack.length >= limits.depth) return this.skip(start);
    const open: Open =
      kind === 'map' ? { kind, start, entries: [], ready: true } : { kind, start, items: [], ready: true };
    this.stack.push(open);
  }

  /** Passes over what is nested too deep; it is there, but not looked at. */
  private skip(start: number): void {
    this.fault(`nested deeper than ${limits.depth}`, this.token());
    for (let depth = 1; depth > 0;) {
      const kind = this.next();
      if (kind === Token.end) break;
      if (kind === Token.openBrace || kind === Token.openBracket) depth++;
      if (kind === Token.closeBrace || kind === Token.closeBracket) depth--;
    }
    this.value({ kind: 'opaque', range: { start, end: this.token().end } });
  }

  /** Closes the nearest container of this kind, and with it what was left open inside. */
  private closeTo(kind: 'map' | 'list'): void {
    const at = this.stack.findLastIndex((open) => open.kind === kind);
    if (at < 0 || at < this.stack.length - 1) this.fault('this bracket closes nothing', this.token());
    if (at < 0) return;
    while (this.stack.length - 1 > at) this.close(this.last);
    const open = this.stack.at(-1);
    if (open?.ready && hasParts(open)) this.fault('a comma stands before the end', this.token());
    this.close(this.token().end);
  }

  private close(end: number): void {
    const open = this.stack.pop();
    if (!open) return;
    const range = { start: open.start, end };
    this.value(
      open.kind === 'list'
        ? { kind: 'list', range, items: open.items }
        : { kind: 'map', range, entries: this.entriesOf(open.entries) },
    );
  }

  private entriesOf(open: readonly OpenEntry[]): MapNode['entries'] {
    const entries: ConfigEntry[] = open.map(({ key, keyRange, value }) => ({ key, keyRange, value }));
    this.faults.push(...twice(entries));
    for (const { keyRange, value, colon } of open) {
      if (!colon) this.fault('colon expected', keyRange);
      else if (!value) this.fault('value expected', keyRange);
    }
    return entries;
  }

  private comma(): void {
    const open = this.stack.at(-1);
    if (!open) return this.fault('value expected', this.token());
    if (open.ready) this.fault('value expected', this.token());
    open.ready = true;
  }

  private colon(): void {
    const open = this.stack.at(-1);
    if (open?.kind === 'map') {
      const entry = open.entries.at(-1);
      if (entry && !entry.colon) {
        entry.colon = true;
        return;
      }
      // `"r": "lora_alpha": 16`: the text that was taken for r's value is the next key.
      const key = entry?.value;
      if (entry && isText(key)) {
        entry.value = undefined;
        open.entries.push({ key: key.value, keyRange: key.range, colon: true });
        return;
      }
    }
    if (open?.kind === 'list') {
      // `["q_proj", "r": 8`: the list was not closed, and its last text is a key of the map around it.
      const key = open.items.at(-1);
      const around = this.stack.at(-2);
      if (isText(key) && around?.kind === 'map') {
        open.items.pop();
        this.fault('a bracket is not closed', { start: open.start, end: open.start + 1 });
        this.close(open.items.at(-1)?.range.end ?? open.start + 1);
        around.entries.push({ key: key.value, keyRange: key.range, colon: true });
        around.ready = false;
        return;
      }
    }
    this.fault('this colon follows no key', this.token());
  }

  private string(): void {
    const range = this.token();
    const value = this.scanner.getTokenValue();
    if (this.scanner.getTokenError() !== 0) this.fault('a quote is not closed', range);
    const open = this.stack.at(-1);
    const entry = open?.kind === 'map' ? open.entries.at(-1) : undefined;
    const waits = entry?.colon === true && !entry.value && !open?.ready;
    if (open?.kind !== 'map' || waits) return this.value({ kind: 'scalar', range, value });
    if (!open.ready) this.fault('comma expected', range);
    open.ready = false;
    open.entries.push({ key: value, keyRange: range, colon: false });
  }

  private scalar(kind: SyntaxKind): ConfigNode {
    const range = this.token();
    const literal = literals[kind];
    if (literal !== undefined) return { kind: 'scalar', range, value: literal };
    const value = Number(this.scanner.getTokenValue());
    if (kind === Token.number && Number.isFinite(value)) return { kind: 'scalar', range, value };
    this.fault('this is no value of JSON', range);
    return { kind: 'opaque', range };
  }

  /** Puts a value where one is due: the root, a list, or behind the last key. */
  private value(node: ConfigNode): void {
    const open = this.stack.at(-1);
    if (!open) {
      this.root = node;
    } else if (open.kind === 'list') {
      if (!open.ready) this.fault('comma expected', node.range);
      open.items.push(node);
      open.ready = false;
    } else {
      const entry = open.entries.at(-1);
      if (!entry || entry.value || open.ready) this.fault('a key in quotes expected', node.range);
      else entry.value = node;
    }
  }

  private token(): TextRange {
    const start = this.scanner.getTokenOffset();
    // A comment that is not closed ends, for the scanner, behind the text.
    return { start, end: Math.min(start + this.scanner.getTokenLength(), this.text.length) };
  }

  private placeAtEnd(): TextRange {
    return { start: Math.max(this.last - 1, 0), end: this.last };
  }

  private fault(message: string, range: TextRange): void {
    this.faults.push({ message, range });
  }
}

const hasParts = (open: Open): boolean =>
  open.kind === 'map' ? open.entries.length > 0 : open.items.length > 0;

const isText = (node: ConfigNode | undefined): node is ConfigNode & { readonly value: string } =>
  node?.kind === 'scalar' && typeof node.value === 'string';
