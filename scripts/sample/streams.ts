import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from './corpus';
import type { Encoder } from './encoder';
import { paths } from './paths';

/** What one side of the corpus holds; part of `.cache/corpus.json`. */
export interface StreamSummary {
  /** Tokens in the file, the end-of-text tokens between documents included. */
  tokens: number;
  documents: number;
  /** UTF-8 bytes of the documents' text, without separators: perplexity per byte is exp(loss x tokens / bytes). */
  bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  sha256: string;
  sources: Record<string, { documents: number; tokens: number; bytes: number }>;
}

/** Writes the documents as `.cache/<name>.u16`: little-endian 16-bit token ids, documents separated by token 0. */
export function writeStream(name: string, documents: readonly Document[], encoder: Encoder): StreamSummary {
  const parts: Uint16Array[] = [];
  const sources: StreamSummary['sources'] = {};
  let bytes = 0;
  for (const [index, document] of documents.entries()) {
    const ids = encoder.encode(document.text);
    parts.push(Uint16Array.from(index > 0 ? [0, ...ids] : ids));
    const size = Buffer.byteLength(document.text);
    const source = (sources[document.source] ??= { documents: 0, tokens: 0, bytes: 0 });
    source.documents++;
    source.tokens += ids.length;
    source.bytes += size;
    bytes += size;
  }
  const tokens = parts.reduce((sum, part) => sum + part.length, 0);
  const file = Buffer.alloc(2 * tokens);
  let at = 0;
  for (const part of parts) for (const id of part) at = file.writeUInt16LE(id, at);
  mkdirSync(paths.cache, { recursive: true });
  writeFileSync(join(paths.cache, `${name}.u16`), file);
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { tokens, documents: documents.length, bytes, sha256, sources };
}
