import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readBaseModel } from '../../../src/files/baseModel';
import { readModelFolder } from '../../../src/files/modelFolder';
import { moduleRoles } from '../../../src/files/moduleRoles';
import { describe } from '../../../src/models/openModel';
import { mutateJson } from '../mutators/json';
import { textOf, type FuzzTarget, type Seed } from '../target';

const reference = path.resolve(__dirname, '../../reference/data');

/** A model's config.json beside its own weights, for every family. */
export const modelConfig: FuzzTarget = {
  name: 'model-config',
  open: (folder) => {
    const names = readdirSync(reference).filter((name) => !name.endsWith('.md'));
    const seeds = names.map((name): Seed => {
      const place = path.join(folder, name);
      mkdirSync(place);
      for (const file of readdirSync(path.join(reference, name)).filter((one) => /\.safetensors/.test(one)))
        copyFileSync(path.join(reference, name, file), path.join(place, file));
      return { name, input: `${name}\n${readFileSync(path.join(reference, name, 'config.json'), 'utf8')}` };
    });
    return Promise.resolve({
      seeds,
      // The first line names the folder, which no mutation may change.
      mutate: ({ input }, random) => {
        const text = textOf(input);
        const end = text.indexOf('\n') + 1;
        return text.slice(0, end) + mutateJson(text.slice(end), [], random);
      },
      read: async (input) => {
        const text = textOf(input);
        const end = text.indexOf('\n');
        const dir = path.join(folder, text.slice(0, end));
        await writeFile(path.join(dir, 'config.json'), text.slice(end + 1));
        const base = await readBaseModel(dir);
        assert.ok(Number.isInteger(base.layers));
        moduleRoles(base);
        const spec = describe(await readModelFolder(dir));
        for (let layer = 0; layer < spec.layers; layer++) spec.block(layer);
        return true;
      },
    });
  },
};
