import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { ModelTensor } from './modelFolder';
import { quantizationOf, type Quantization } from './quantized';

/** The front matter stands at the top; what follows may be long and is not needed. */
const cardBytes = 64 * 1024;

/** `quantizationOf` with the model card, which is read only where the weights are quantized. */
export async function readQuantization(
  dir: string,
  config: Readonly<Record<string, unknown>>,
  tensors: readonly ModelTensor[],
): Promise<Quantization | undefined> {
  const found = quantizationOf(dir, config, tensors);
  return found && quantizationOf(dir, config, tensors, await readCard(dir));
}

/** The YAML between the `---` lines of README.md; undefined where there is none that can be read. */
async function readCard(dir: string): Promise<unknown> {
  const handle = await open(join(dir, 'README.md')).catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await handle?.read(Buffer.alloc(cardBytes), 0, cardBytes, 0)) ?? {};
    const front = /^\uFEFF?---\r?\n([^]*?\n)---/.exec(buffer?.toString('utf8', 0, bytesRead) ?? '')?.[1];
    return front === undefined ? undefined : parseDocument(front, { logLevel: 'silent' }).toJS();
  } catch {
    // A card is for people; one that is broken only tells less.
    return undefined;
  } finally {
    await handle?.close();
  }
}
