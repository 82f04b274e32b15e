import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFloatDtype } from '../../../src/files/dtypes';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { mutateBytes } from '../mutators/bytes';
import { mutateJson } from '../mutators/json';
import type { FuzzTarget, Random, Seed } from '../target';

const reference = path.resolve(__dirname, '../../reference/data');
const names = [
  'gpt2-1/lora/adapter_model',
  'llama-1/lora/adapter_model',
  'llama-sharded-1/model-00003-of-00003',
];

/** Weight files: the header changed by its structure with its length kept true, or the bytes of the whole file. */
export const safetensors: FuzzTarget = {
  name: 'safetensors',
  open: (folder) => {
    const file = path.join(folder, 'fuzzed.safetensors');
    const seeds = names.map((name): Seed => ({
      name,
      input: readFileSync(path.join(reference, `${name}.safetensors`)),
    }));
    return Promise.resolve({
      seeds,
      mutate: ({ input }, random) => mutated(Buffer.from(input as Uint8Array), random),
      read: async (input) => {
        await writeFile(file, input);
        const { tensors, headerBytes, fileBytes } = await readSafetensorsHeader(file);
        let at = headerBytes;
        for (const entry of tensors.values()) {
          assert.equal(entry.begin, at, 'tensors lie side by side');
          at = entry.end;
        }
        assert.equal(at, fileBytes);
        for (const entry of [...tensors.values()].slice(0, 3)) {
          const values = await readTensorFloat32(file, entry);
          assert.ok(isFloatDtype(entry.dtype));
          assert.equal(
            values.length,
            entry.shape.reduce((product, size) => product * size, 1),
          );
        }
        return true;
      },
    });
  },
};

function mutated(file: Buffer, random: Random): Uint8Array {
  if (random() < 0.3) return mutateBytes(file, random);
  const length = Number(file.readBigUInt64LE(0));
  const header = Buffer.from(mutateJson(file.toString('utf8', 8, 8 + length), [], random));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const data = file.subarray(8 + length);
  const kept = random() < 0.8 ? data : data.subarray(0, Math.floor(random() * data.length));
  return Buffer.concat([size, header, kept]);
}
