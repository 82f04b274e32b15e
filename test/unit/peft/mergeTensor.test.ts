import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { mergeLora } from '../../../src/peft/merge';
import { mergedBytes, storedBytes } from '../../../src/peft/mergeTensor';
import { floatDtypes } from '../../../src/files/dtypes';
import { roundToOdd } from '../../../src/files/halfFloats';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { encodeFloats, writeSafetensors } from '../../../src/files/safetensorsWrite';
import { temporaryFolder } from '../files/temporary';
import { someArray } from './arrays';

const joined = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

describe('the bytes of a merged weight', () => {
  const folder = temporaryFolder();

  it('are the same however the weight is cut into slices, in both orientations', async () => {
    const file = path.join(folder.path, 'x.safetensors');
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          ...{ rows: size, columns: size, rank: size, most: fc.integer({ min: 1, max: 90 }) },
          dtype: fc.constantFrom(...floatDtypes),
          orientation: fc.constantFrom('out-in' as const, 'in-out' as const),
        }),
        async ({ rows, columns, rank, most, dtype, orientation }) => {
          const { values } = someArray('w', rows, columns);
          const shape = [rows, columns];
          const before = someArray('before', 3);
          await writeSafetensors(file, [
            { name: 'before', dtype, shape: before.shape, data: before.values },
            { name: 'w', dtype, shape, data: values },
          ]);
          const entry = (await readSafetensorsHeader(file)).tensors.get('w')!;
          const [inputs, outputs] = orientation === 'out-in' ? [columns, rows] : [rows, columns];
          const a = someArray('a', rank, inputs);
          const factors = { a, b: someArray('b', outputs, rank), scaling: 0.7 };
          const tensor = { ...entry, file };
          const bytes = await joined(mergedBytes(tensor, orientation, factors, most));
          const stored = await readTensorFloat32(file, entry);
          const round = dtype === 'F32' ? undefined : roundToOdd;
          const whole = mergeLora(stored, shape, orientation, factors, round);
          assert.ok(bytes.equals(encodeFloats(whole, dtype)));
          assert.ok((await joined(storedBytes(tensor))).equals(encodeFloats(values, dtype)));
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });
});
