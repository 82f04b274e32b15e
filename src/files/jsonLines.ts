import { LabError } from '../shared/errors';
import type { LineSink } from './wholeLines';
import { parseJson } from '../shared/parseJson';

/** Reads every line as JSON. */
export class JsonLines<T = unknown> implements LineSink<T> {
  private readonly read: T[] = [];

  /**
   * @param before how many lines of the file come before these, for messages
   * @param decode turns a line's value into a `T`, or throws
   */
  constructor(
    private readonly path: string,
    private readonly before: number,
    private readonly decode: (value: unknown) => T,
  ) {}

  get count(): number {
    return this.read.length;
  }

  take(lines: Buffer): void {
    for (const text of lines.toString('utf8').split('\n').slice(0, -1))
      this.read.push(decodeLine(text, this.decode, this.path, this.before + this.read.length + 1));
  }

  values(): T[] {
    return this.read;
  }
}

/** @throws LabError `journal-invalid` naming the line, where it is not JSON or does not decode */
export function decodeLine<T>(text: string, decode: (value: unknown) => T, path: string, line: number): T {
  const value = parseLine(text, path, line);
  try {
    return decode(value);
  } catch (thrown) {
    throw new LabError(
      'journal-invalid',
      `Line ${line} of ${path} is not what this version writes.`,
      'Open the run with the version that wrote it, or start a new run.',
      { cause: thrown },
    );
  }
}

/** @throws LabError `journal-invalid` naming the line, where it is not JSON */
export function parseLine(text: string, path: string, line: number): unknown {
  try {
    return parseJson(text);
  } catch (thrown) {
    throw new LabError(
      'journal-invalid',
      `Line ${line} of ${path} is not JSON.`,
      'Restore the file, or remove that line.',
      { cause: thrown },
    );
  }
}
