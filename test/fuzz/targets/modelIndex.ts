import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readHeaders } from '../../../src/files/checkpoint';
import { weightIndexName } from '../../../src/files/weightFiles';
import { mutateJson } from '../mutators/json';
import { textOf, type FuzzTarget } from '../target';

const model = path.resolve(__dirname, '../../reference/data/llama-sharded-1');

/** The index that says which file of a model's folder each tensor is in. */
export const modelIndex: FuzzTarget = {
  name: 'model-index',
  open: (folder) => {
    for (const name of readdirSync(model).filter((one) => one.endsWith('.safetensors')))
      copyFileSync(path.join(model, name), path.join(folder, name));
    const input = readFileSync(path.join(model, weightIndexName), 'utf8');
    return Promise.resolve({
      seeds: [{ name: weightIndexName, input }],
      mutate: (seed, random) => mutateJson(textOf(seed.input), [], random),
      read: async (mutated) => {
        await writeFile(path.join(folder, weightIndexName), mutated);
        return (await readHeaders(folder)).tensors.size > 0;
      },
    });
  },
};
