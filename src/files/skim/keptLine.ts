/** A line that counts, taken out of the buffer that it was read into. */
export interface KeptLine {
  /** Among the lines that were read, from 0. */
  readonly number: number;
  readonly text: string;
}

/** Lines that belong together, and which of them count. */
export interface Track {
  /** One more line: from `from` to before `to` of a buffer. */
  take(lines: Buffer, from: number, to: number, number: number): void;
  /** The buffer is about to be written over. */
  settle(lines: Buffer): void;
  /** The lines that count, in any order. */
  kept(): KeptLine[];
}

/** Keeps every line. */
export class EveryLine implements Track {
  private readonly all: KeptLine[] = [];

  take(lines: Buffer, from: number, to: number, number: number): void {
    this.all.push({ number, text: lines.toString('utf8', from, to) });
  }

  settle(): void {
    // What is kept was taken out already.
  }

  kept(): KeptLine[] {
    return this.all;
  }
}

/** Keeps the last line, which says all that the ones before it did. It is not taken out until it has to be. */
export class NewestLine implements Track {
  private place: { from: number; to: number; number: number } | undefined;
  private settled: KeptLine | undefined;

  take(_: Buffer, from: number, to: number, number: number): void {
    // One object for all lines: there may be a million.
    if (this.place === undefined) this.place = { from, to, number };
    else [this.place.from, this.place.to, this.place.number] = [from, to, number];
  }

  settle(lines: Buffer): void {
    if (this.place === undefined) return;
    const { from, to, number } = this.place;
    this.settled = { number, text: lines.toString('utf8', from, to) };
    this.place = undefined;
  }

  /** The last line is this one, which was taken out already, unless there is a later one. */
  keep(line: KeptLine): void {
    if (this.kept().length === 0) this.settled = line;
  }

  /** Another line stands for it. */
  drop(): void {
    this.place = this.settled = undefined;
  }

  kept(): KeptLine[] {
    return this.settled === undefined ? [] : [this.settled];
  }
}

/** Keeps the first line besides. */
export class FirstAndNewest extends NewestLine {
  private first: KeptLine | undefined;

  override take(lines: Buffer, from: number, to: number, number: number): void {
    if (this.first !== undefined) super.take(lines, from, to, number);
    else this.first = { number, text: lines.toString('utf8', from, to) };
  }

  override kept(): KeptLine[] {
    return this.first === undefined ? [] : [this.first, ...super.kept()];
  }
}
