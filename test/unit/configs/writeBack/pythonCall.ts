import type { ConfigEntry, ConfigNode, MapNode } from '../../../../src/configs/trainers/tree';

/**
 * A tree of the first call of a Python text, made by hand so that edits are tested without a parser of Python: keyword
 * arguments, literals, dictionaries, lists; the rest is opaque.
 */
export function callTree(text: string): MapNode {
  const open = text.indexOf('(');
  const reader = new Reader(text, open);
  return reader.call();
}

class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  call(): MapNode {
    const start = this.at;
    const entries: ConfigEntry[] = [];
    this.parts(')', () => {
      const name = this.match(/[A-Za-z_]\w*(?=\s*=[^=])/y);
      if (name === undefined) return void this.value();
      const keyRange = { start: this.at - name.length, end: this.at };
      this.match(/\s*=\s*/y);
      entries.push({ key: name, keyRange, value: this.value() });
    });
    return { kind: 'map', range: { start, end: this.at }, entries };
  }

  private value(): ConfigNode {
    const start = this.at;
    const char = this.text.charAt(start);
    if (char === '{') {
      const entries: ConfigEntry[] = [];
      this.parts('}', () => {
        const key = this.value();
        this.match(/\s*:\s*/y);
        const name = key.kind === 'scalar' ? String(key.value) : '';
        entries.push({ key: name, keyRange: key.range, value: this.value() });
      });
      return { kind: 'map', range: { start, end: this.at }, entries };
    }
    if (char === '[') {
      const items: ConfigNode[] = [];
      this.parts(']', () => void items.push(this.value()));
      return { kind: 'list', range: { start, end: this.at }, items };
    }
    const string = this.match(/r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*'/y);
    if (string !== undefined)
      return { kind: 'scalar', range: { start, end: this.at }, value: unquoted(string) };
    const word = this.match(/[^,\s()[\]{}]+(?:\([^)]*\))?/y) ?? '';
    const range = { start, end: this.at };
    const constants = { True: true, False: false, None: null } as const;
    if (Object.hasOwn(constants, word)) return { kind: 'scalar', range, value: constants[word as 'True'] };
    return /^-?[\d.]+$/.test(word)
      ? { kind: 'scalar', range, value: Number(word) }
      : { kind: 'opaque', range };
  }

  private parts(close: string, take: () => void): void {
    this.at += 1;
    for (;;) {
      this.match(/(?:\s|,|#.*)*/y);
      if (this.text.charAt(this.at) === close || this.at >= this.text.length) break;
      take();
    }
    this.at += 1;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

const unquoted = (string: string): string =>
  string.startsWith('r')
    ? string.slice(2, -1)
    : string.slice(1, -1).replace(/\\(?<char>.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
