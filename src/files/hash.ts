import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileError } from './fileError';
import type { ModelFolder } from './modelFolder';
import { readRange } from './safetensors';

const samples = 64;
const sampleBytes = 4096;

/**
 * SHA-256 of a file's bytes, streamed, as `sha256:<64 hex digits>`.
 *
 * @throws LabError `data-missing` where it cannot be read
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (thrown) {
    throw fileError(thrown, 'data-missing', 'The file', path, 'Check the path.');
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Fingerprint of a model folder as `sha256:<64 hex digits>`: config.json, and of every weight file its header, its size
 * and 64 evenly spaced samples of 4 KiB (files below 256 KiB are taken whole). Reads about 256 KiB a file, so that a model
 * of 13 GB takes well under a second. It tells models and checkpoints apart, whose weights differ everywhere; it is no
 * proof against someone who patches single weights.
 *
 * Weight files count in the order of their names; the folder's own name does not count.
 */
export async function hashModelFolder(folder: ModelFolder): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readFile(join(folder.dir, 'config.json')));
  for (const { file, headerBytes, fileBytes } of folder.headers) {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(fileBytes));
    hash.update(size);
    const handle = await open(file, 'r');
    try {
      hash.update(await readRange(handle, 0, headerBytes, file));
      for (const [begin, length] of sampleRanges(headerBytes, fileBytes)) {
        hash.update(await readRange(handle, begin, length, file));
      }
    } finally {
      await handle.close();
    }
  }
  return `sha256:${hash.digest('hex')}`;
}

/** First samples start at the first weight, the last ends at the last. */
function sampleRanges(first: number, end: number): [begin: number, length: number][] {
  if (end - first <= samples * sampleBytes) return end > first ? [[first, end - first]] : [];
  const room = end - first - sampleBytes;
  return Array.from({ length: samples }, (_, i) => [
    first + Math.floor((room * i) / (samples - 1)),
    sampleBytes,
  ]);
}
