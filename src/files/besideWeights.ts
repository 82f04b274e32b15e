import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFolder } from './modelFolder';
import { weightIndexName } from './weightFiles';
import { liesInFolder } from './inFolder';
import { isFile } from './isFile';

/** The same weights once more in another tool's form: as files of the folder itself, and wherever they lie. */
const otherWeights =
  /^(?:pytorch_model.*\.bin|adapter_model\..*|adapter_config\.json|.*\.safetensors)(?:\.index\.json)?$/;
const otherFormats = /\.(?:pth?|onnx|onnx_data|gguf|h5|msgpack|ckpt)(?:\.index\.json)?$/;

export interface BesideWeights {
  /** Relative to the folder. */
  readonly files: readonly string[];
  /** What holds the weights once more in another form, or is an adapter. */
  readonly others: readonly string[];
}

/**
 * What a model folder holds beside the weights that are read and their index: configuration, tokenizer, licenses and the
 * like, with those of its subfolders. Folders that begin with a dot are tools' own (`.git`, `.cache`), and one with an
 * adapter is another thing.
 */
export async function filesBesideWeights({ dir, headers }: ModelFolder): Promise<BesideWeights> {
  const weights = new Set(headers.map(({ file }) => path.relative(dir, file)));
  const found: string[] = [];
  const adapters: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(path.join(dir, folder), { withFileTypes: true });
    if (folder !== '' && entries.some(({ name }) => name === 'adapter_config.json')) {
      adapters.push(folder);
      return;
    }
    for (const entry of entries) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.')) await visit(name);
        // The hub's own cache has links in place of files; others would put files of this machine into the copy.
      } else if ((await isFile(path.join(dir, name))) && (await liesInFolder(dir, path.join(dir, name))))
        found.push(name);
    }
  };
  await visit('');
  const isOther = (name: string): boolean =>
    otherFormats.test(name) || (!name.includes(path.sep) && otherWeights.test(name));
  const beside = found.filter((name) => !weights.has(name) && name !== weightIndexName).sort();
  return {
    files: beside.filter((name) => !isOther(name)),
    others: [...adapters, ...beside.filter(isOther)],
  };
}
