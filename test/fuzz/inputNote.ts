import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { FuzzInput } from './target';

const headBytes = 16;

/** Notes each run with its input in a file, for whoever looks after a process that did not end, or is no more. */
export class InputNote {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'w');
  }

  write(run: number, input: FuzzInput): void {
    const bytes = Buffer.from(input as string);
    const head = Buffer.alloc(headBytes);
    head.writeInt32LE(run, 0);
    head.writeInt32LE(bytes.length, 4);
    head.writeInt32LE(typeof input === 'string' ? 1 : 0, 8);
    writeSync(this.file, Buffer.concat([head, bytes]), 0, headBytes + bytes.length, 0);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** The run that began last, with its input; -1 before the first. */
export function readNote(path: string): { readonly run: number; readonly input: FuzzInput } {
  const bytes = readFileSync(path, { flag: 'a+' });
  if (bytes.length < headBytes) return { run: -1, input: '' };
  const input = bytes.subarray(headBytes, headBytes + bytes.readInt32LE(4));
  return { run: bytes.readInt32LE(0), input: bytes.readInt32LE(8) === 1 ? input.toString('utf8') : input };
}
