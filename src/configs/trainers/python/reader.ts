import type { TextRange } from '../../text/yamlText';
import type { ConfigEntry, ConfigNode, MapNode, SyntaxFault } from '../tree';
import { numberValue, stringValue } from './literals';
import type { Token } from './tokens';

/** What names stand for. */
export interface Names {
  /** Whether a call of this name is read as a map of its arguments: `dict`, and PEFT's `EvaConfig`. */
  isMap(callee: string): boolean;
  /** Where the value of a constant begins, as an index of the words; undefined for any other name. */
  constant(name: string): { readonly from: number; readonly end: number } | undefined;
}

/** A node, and the index of the first word behind it. */
interface Read<T extends ConfigNode = ConfigNode> {
  readonly node: T;
  readonly next: number;
}

const closers = new Set([')', ']', '}']);
const openers = new Set(['(', '[', '{']);
/** Values in values; deeper ones are left unread. */
const deepest = 32;
/** How many names of constants are followed in a call: constants made of constants would grow without bound. */
const mostFollowed = 1000;

/** Reads literals and arguments from the words of a source, from an index to before `limit`. Never throws. */
export class Reader {
  constructor(
    private readonly tokens: readonly Token[],
    private readonly names: Names,
    private readonly limit: number,
    private readonly depth = 0,
    private readonly shared = { faults: [] as SyntaxFault[], followed: 0 },
  ) {}

  get faults(): readonly SyntaxFault[] {
    return this.shared.faults;
  }

  /**
   * The arguments by name of a call, from its opening bracket.
   * @param unnamed how many may come before them without a name; more could be any of the keys
   */
  arguments(from: number, unnamed = 0): Read<MapNode> {
    const entries: ConfigEntry[] = [];
    let isWhole = true;
    let left = unnamed;
    const next = this.list(from, true, (at) => {
      if (this.type(at) === '**' || this.type(at) === '*') {
        const end = this.end(at + 1);
        const map = this.type(at) === '**' ? this.value(at + 1, end) : undefined;
        if (map?.kind === 'map') entries.push(...elsewhere(map, this.span(at, end)).entries);
        if (map?.kind !== 'map' || map.hasUnknownKeys) isWhole = false;
        return end;
      }
      if (!this.isKey(at)) {
        if (--left < 0) isWhole = false;
        return this.end(at);
      }
      const [key, keyRange] = [this.tokens[at]?.text ?? '', this.span(at, at + 1)];
      const { value, end } = this.part(at + 2);
      if (!value) this.shared.faults.push({ message: `${key} has no value`, range: keyRange });
      else if (this.isKey(end) && this.type(end - 1) !== ',') {
        this.shared.faults.push({ message: 'a comma is missing', range: this.span(end, end + 1) });
      }
      entries.push({ key, keyRange, value });
      return end;
    });
    return { node: mapNode(this.span(from, next), entries, isWhole), next };
  }

  /** What stands from here to before `end`: opaque unless it is one literal; undefined where nothing stands. */
  value(from: number, end: number): ConfigNode | undefined {
    if (from >= end) return undefined;
    const read = this.depth < deepest ? this.inner().literal(from) : undefined;
    return read?.next === end ? read.node : { kind: 'opaque', range: this.span(from, end) };
  }

  /** One part of what stands between brackets, and where it ends. A list in it that is not closed ends by itself. */
  private part(from: number): { readonly value: ConfigNode | undefined; readonly end: number } {
    const read = this.depth < deepest ? this.inner().literal(from) : undefined;
    const isEnd = read && (read.next >= this.limit || this.isStop(read.next));
    if (isEnd) return { value: read.node, end: read.next };
    const end = this.end(from);
    return { value: end > from ? { kind: 'opaque', range: this.span(from, end) } : undefined, end };
  }

  /** The value at a word that is one literal, up to a comma, a bracket that closes, or the end of its line. */
  valueAt(from: number): ConfigNode | undefined {
    let limit = from + 1;
    while (limit < this.limit && this.tokens[limit]?.isFirst === false) limit += 1;
    const read = this.inner(limit).literal(from);
    const isEnd = read && (read.next >= limit || this.isStop(read.next));
    return isEnd ? read.node : undefined;
  }

  private inner(limit = this.limit): Reader {
    return new Reader(this.tokens, this.names, limit, this.depth + 1, this.shared);
  }

  private literal(at: number): Read | undefined {
    const token = this.tokens[at];
    if (!token || at >= this.limit) return undefined;
    const scalar = (value: string | number | boolean | null, next = at + 1): Read => ({
      node: { kind: 'scalar', value, range: this.span(at, next) },
      next,
    });
    switch (token.type) {
      case 'integer':
      case 'float': {
        const value = numberValue(token.text);
        return value === undefined ? undefined : scalar(value);
      }
      case '-':
      case '+': {
        const { node, next = at } = this.literal(at + 1) ?? {};
        if (node?.kind !== 'scalar' || typeof node.value !== 'number' || node.isElsewhere) return undefined;
        return scalar(token.type === '-' ? -node.value : node.value, next);
      }
      case 'true':
      case 'false':
        return scalar(token.type === 'true');
      case 'none':
        return scalar(null);
      case 'string':
        return this.strings(at, scalar);
      case '[':
        return this.items(at);
      case '(':
        return this.parenthesized(at);
      case '{':
        return this.braces(at);
      case 'identifier':
        return this.named(at);
      default:
        return undefined;
    }
  }

  /** Strings side by side are one. */
  private strings(at: number, scalar: (value: string, next: number) => Read): Read | undefined {
    let text = '';
    let next = at;
    for (; this.type(next) === 'string'; next++) {
      const part = stringValue(this.tokens[next]?.text ?? '');
      if (part === undefined) return undefined;
      text += part;
    }
    return scalar(text, next);
  }

  /** A list, tuple or set; undefined where its items are computed. */
  private items(from: number): Read | undefined {
    const items: ConfigNode[] = [];
    let isLiteral = true;
    const next = this.list(from, false, (at) => {
      if (this.type(at) === '*' || this.has('for', at, this.end(at))) isLiteral = false;
      const item = this.part(at);
      if (item.value) items.push(item.value);
      return item.end;
    });
    return isLiteral ? { node: { kind: 'list', items, range: this.span(from, next) }, next } : undefined;
  }

  /** A tuple, or a value in brackets. */
  private parenthesized(from: number): Read | undefined {
    const end = this.end(from + 1);
    const isTuple = this.type(end) === ',' || end === from + 1;
    if (isTuple) return this.items(from);
    const node = this.value(from + 1, end);
    return node && node.kind !== 'opaque' && this.type(end) === ')'
      ? { node: { ...node, range: this.span(from, end + 1) }, next: end + 1 }
      : undefined;
  }

  /** A set or a dictionary. */
  private braces(from: number): Read | undefined {
    const first = from + 1;
    const isSet =
      !closers.has(this.type(first)) &&
      this.type(first) !== '**' &&
      this.type(this.end(first, ':')) !== ':' &&
      first < this.limit;
    if (isSet) return this.items(from);
    const entries: ConfigEntry[] = [];
    let isWhole = true;
    let isLiteral = true;
    const next = this.list(from, false, (at) => {
      const colon = this.end(at, ':');
      const { value, end } =
        this.type(colon) === ':' ? this.part(colon + 1) : { value: undefined, end: colon };
      if (this.has('for', at, end)) isLiteral = false;
      const key = this.value(at, colon);
      if (key?.kind === 'scalar' && !key.isElsewhere && this.type(at) !== '**') {
        entries.push({ key: String(key.value), keyRange: key.range, value });
      } else isWhole = false;
      return end;
    });
    return isLiteral ? { node: mapNode(this.span(from, next), entries, isWhole), next } : undefined;
  }

  /** A constant's value, or a call that is a map. */
  private named(at: number): Read | undefined {
    let next = at + 1;
    while (this.type(next) === '.' && this.type(next + 1) === 'identifier' && next + 1 < this.limit)
      next += 2;
    const name = this.tokens
      .slice(at, next)
      .map(({ text }) => text)
      .join('');
    if (this.type(next) === '(') {
      const call = this.names.isMap(name) ? this.arguments(next) : undefined;
      return call && { node: { ...call.node, range: this.span(at, call.next) }, next: call.next };
    }
    if (next > at + 1 || ++this.shared.followed > mostFollowed) return undefined;
    const place = this.names.constant(name);
    const value = place && this.inner(place.end).value(place.from, place.end);
    return value && value.kind !== 'opaque'
      ? { node: elsewhere(value, this.span(at, next)), next }
      : undefined;
  }

  /**
   * Walks what stands between brackets, part by part; `part` reads one and says where it ends. A bracket that is not closed
   * ends where another one is, at an argument of the call around it, or at the limit.
   * @returns the index behind the closing bracket
   */
  private list(from: number, isCall: boolean, part: (at: number) => number): number {
    const closer = closerOf(this.type(from));
    const end = (at: number): number => {
      // Of the outermost one, who looks for its end tells.
      if (!isCall || this.depth > 0) {
        this.shared.faults.push({ message: 'the bracket is not closed', range: this.span(from, from + 1) });
      }
      return at;
    };
    let at = from + 1;
    while (at < this.limit) {
      const type = this.type(at);
      if (type === closer) return at + 1;
      if (closers.has(type) && !(isCall && this.depth === 0)) return end(at);
      if (type === ',') at += 1;
      else if (!isCall && this.isKey(at)) return end(at);
      // What is no value is passed over, so that each turn goes on.
      else at = Math.max(part(at), at + 1);
    }
    return end(this.limit);
  }

  /** Where the value from here ends: at a comma, a bracket that closes, or what looks like the next argument. */
  private end(from: number, also?: string): number {
    let open = 0;
    let at = from;
    for (; at < this.limit; at++) {
      const type = this.type(at);
      if (openers.has(type)) open += 1;
      else if (closers.has(type) && --open < 0) break;
      else if (
        open === 0 &&
        (type === ',' || type === also || (this.isKey(at) && this.type(at - 1) !== 'lambda'))
      )
        break;
    }
    return Math.min(at, this.limit);
  }

  private isStop(at: number): boolean {
    return this.type(at) === ',' || closers.has(this.type(at)) || this.isKey(at);
  }

  /** A name with `=` behind it. */
  private isKey(at: number): boolean {
    return this.type(at) === 'identifier' && this.type(at + 1) === '=' && at + 1 < this.limit;
  }

  private has(type: string, from: number, end: number): boolean {
    for (let at = from; at < end; at++) if (this.type(at) === type) return true;
    return false;
  }

  private type(at: number): string {
    return at < this.limit ? (this.tokens[at]?.type ?? '') : '';
  }

  private span(from: number, next: number): TextRange {
    const start = this.tokens[from]?.start ?? 0;
    return { start, end: Math.max(start, this.tokens[next - 1]?.end ?? start) };
  }
}

const closerOf = (opener: string): string => (opener === '(' ? ')' : opener === '[' ? ']' : '}');

const mapNode = (range: TextRange, entries: readonly ConfigEntry[], isWhole: boolean): MapNode => ({
  kind: 'map',
  range,
  entries,
  ...(!isWhole && { hasUnknownKeys: true as const }),
});

/** A value as seen from the name that stands for it. */
function elsewhere<T extends ConfigNode>(node: T, range: TextRange): T {
  const placed = { ...node, range, isElsewhere: true as const };
  if (placed.kind === 'list') return { ...placed, items: placed.items.map((item) => elsewhere(item, range)) };
  if (placed.kind !== 'map') return placed;
  const entries = placed.entries.map(({ key, value }) => ({
    key,
    keyRange: range,
    value: value && elsewhere(value, range),
  }));
  return { ...placed, entries };
}
