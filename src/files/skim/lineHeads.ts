/** What a line of a run's journal says first: its type, and the task or trial that it is of, where it is of one. */
export interface LineHead {
  readonly type: string;
  readonly of: string | undefined;
}

/** So many heads are tried before a line's is read anew; trials that run at the same time take turns. */
const mostRecent = 16;
/** As `JSON.stringify` writes an event: the time comes first, as `toISOString` gives it, then the type. */
const begin = wordsOf('{"at":"');
const timeLength = 24;
const [timeT, timeZ] = ['T'.charCodeAt(0), 'Z'.charCodeAt(0)];
const headAt = begin.length + timeLength;
/** The type, and the name of a task or a trial, or a search's number of a trial, behind it. */
const headForm = /^","type":"([a-z-]+)"(?:,"(?:task|trial)":(?:("(?:[^"\\]|\\.)*")|\{"number":(\d+),))?/;
const longestHead = 1024;

/**
 * Finds what is known of a line's head without parsing the line. Most lines begin as one of the last few did, and comparing
 * some tens of bytes is all that it takes.
 */
export class LineHeads<T> {
  private recent: { readonly words: Words; readonly known: T }[] = [];
  private lines: Buffer = Buffer.alloc(0);
  private view = new DataView(this.lines.buffer);

  /**
   * @param lines a buffer, in which a line begins at `from` and ends before `to`
   * @param find what is known of a head, asked where it is none of the recent ones; undefined where nothing is
   * @returns undefined where the line is not as this version writes it, and has to be parsed
   */
  of(lines: Buffer, from: number, to: number, find: (head: LineHead) => T | undefined): T | undefined {
    if (lines !== this.lines) {
      this.lines = lines;
      this.view = new DataView(lines.buffer, lines.byteOffset, lines.length);
    }
    const { recent, view } = this;
    if (!isOurs(view, from, to)) return undefined;
    for (let place = 0; place < recent.length; place++) {
      const one = recent[place];
      if (one === undefined || !holds(view, from + headAt, to, one.words)) continue;
      // What is asked for most is found first; the two that take turns stay where they are.
      const before = recent[place - 1];
      if (place > 1 && before !== undefined) [recent[place - 1], recent[place]] = [one, before];
      return one.known;
    }
    const read = readHead(lines.toString('utf8', from + headAt, Math.min(to, from + headAt + longestHead)));
    if (read === undefined) return undefined;
    const known = find(read.head);
    if (known === undefined) return undefined;
    recent.unshift({ words: wordsOf(read.text), known });
    if (recent.length > mostRecent) recent.pop();
    return known;
  }

  /** What was known is known no more. */
  clear(): void {
    this.recent = [];
  }
}

function readHead(line: string): { readonly text: string; readonly head: LineHead } | undefined {
  const [text, type, quoted, number] = headForm.exec(line) ?? [];
  if (text === undefined || type === undefined) return undefined;
  try {
    return { text, head: { type, of: quoted === undefined ? number : (JSON.parse(quoted) as string) } };
  } catch {
    return undefined;
  }
}

/** The same of a line that was parsed. */
export function headOf(value: unknown): LineHead | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, task, trial } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string') return undefined;
  const of = task ?? trial;
  if (typeof of === 'string') return { type, of };
  const number = typeof of === 'object' && of !== null ? (of as { number?: unknown }).number : undefined;
  return { type, of: typeof number === 'number' ? String(number) : undefined };
}

/** Whether a line begins with a time. */
const isOurs = (view: DataView, from: number, to: number): boolean =>
  from + headAt < to &&
  view.getUint8(from + headAt - 1) === timeZ &&
  view.getUint8(from + begin.length + 10) === timeT &&
  holds(view, from, to, begin);

/** Four bytes or more as words of four, which are compared at once; the last may share bytes with the one before. */
interface Words {
  readonly length: number;
  readonly words: Uint32Array;
}

function wordsOf(text: string): Words {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  const at = (word: number): number => bytes.readUInt32LE(Math.min(4 * word, length - 4));
  return { length, words: Uint32Array.from({ length: Math.ceil(length / 4) }, (_, word) => at(word)) };
}

/** Looks at the end first, where heads differ. */
function holds(view: DataView, at: number, to: number, { length, words }: Words): boolean {
  if (at + length > to) return false;
  const last = words.length - 1;
  if (view.getUint32(at + length - 4, true) !== words[last]) return false;
  for (let word = 0; word < last; word++)
    if (view.getUint32(at + 4 * word, true) !== words[word]) return false;
  return true;
}
