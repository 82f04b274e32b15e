import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { LabError } from '../../shared/errors';

/** Rows to look at and a header are looked for in a file's first bytes. */
export const headBytes = 1 << 18;

/** The first part of a text file. */
export interface TextHead {
  /** Without a byte order mark, and without a letter that was cut. */
  readonly text: string;
  /** Whether the file goes on. */
  readonly isPart: boolean;
}

/** @throws LabError data-missing */
export async function textHead(file: string): Promise<TextHead> {
  const bytes = await bytesOf(file, 0, headBytes + 1);
  const isPart = bytes.length > headBytes;
  const text = isPart
    ? new StringDecoder('utf8').write(bytes.subarray(0, headBytes))
    : bytes.toString('utf8');
  return { text: text.replace(/^\uFEFF/, ''), isPart };
}

/** Some bytes of a file, fewer where it ends before. @throws LabError data-missing */
export async function bytesOf(file: string, begin: number, end: number): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(Math.max(0, end - begin));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, begin);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw new LabError('data-missing', `${file} cannot be read.`, 'Check the file.', { cause: thrown });
  }
}
