import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { floatDtypes } from '../../../src/files/dtypes';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { parseSafetensorsHeader } from '../../../src/files/safetensorsHeader';
import { streamSafetensors, writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import { LabError } from '../../../src/shared/errors';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

/** A file of these header fields and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const f32 = (begin: number, end: number, shape: unknown[]): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder.path, 'x.safetensors');

  const tensors = fc.uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
      dtype: fc.constantFrom(...floatDtypes),
      shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  );

  it('reads back what was written', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (specs, metadata) => {
        const written = specs.map((spec): TensorToWrite => {
          const size = spec.shape.reduce((product, length) => product * length, 1);
          // Small multiples of 1/8 are exact in all three types.
          return { ...spec, data: Float32Array.from({ length: size }, (_, i) => (i % 17) / 8 - 1) };
        });
        await writeSafetensors(file(), written, metadata);
        const header = await readSafetensorsHeader(file());
        assert.deepEqual({ ...header.metadata }, { ...metadata });
        assert.equal(header.headerBytes % 8, 0);
        assert.equal(header.tensors.size, written.length);
        for (const { name, dtype, shape, data } of written) {
          const entry = header.tensors.get(name);
          assert.ok(entry);
          assert.equal(entry.dtype, dtype);
          assert.deepEqual(entry.shape, shape);
          if (dtype === 'F32') assert.equal(entry.begin % 4, 0);
          assert.deepEqual(await readTensorFloat32(file(), entry), data);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  const broken: [name: string, header: unknown, data: number, code: LabError['code'], message: RegExp][] = [
    ['no JSON', '{"a":', 0, 'safetensors-header-invalid', /not JSON/],
    ['no object', '[]', 0, 'safetensors-header-invalid', /not a JSON object/],
    [
      'unknown dtype',
      { a: { ...f32(0, 4, [1]), dtype: 'F7' } },
      4,
      'safetensors-header-invalid',
      /"a".*"F7"/,
    ],
    ['negative shape', { a: f32(0, 4, [-1]) }, 4, 'safetensors-header-invalid', /"a".*shape/],
    ['fractional shape', { a: f32(0, 4, [0.5]) }, 4, 'safetensors-header-invalid', /"a".*shape/],
    ['overflow', { a: f32(0, 4, [2 ** 40, 2 ** 40]) }, 4, 'safetensors-header-invalid', /"a".*impossible/],
    ['wrong size', { a: f32(0, 4, [2]) }, 4, 'safetensors-header-invalid', /"a" spans 4 bytes.*takes 8/],
    ['backwards', { a: f32(4, 0, [1]) }, 4, 'safetensors-header-invalid', /"a" ends/],
    ['overlap', { a: f32(0, 8, [2]), b: f32(4, 8, [1]) }, 8, 'safetensors-header-invalid', /"b" overlaps/],
    ['gap', { a: f32(4, 8, [1]) }, 8, 'safetensors-header-invalid', /"a" leaves a gap/],
    ['beyond the end', { a: f32(0, 8, [2]) }, 7, 'safetensors-truncated', /"a" ends at byte/],
    ['trailing bytes', { a: f32(0, 4, [1]) }, 9, 'safetensors-header-invalid', /5 bytes follow/],
    ['odd metadata', { __metadata__: { a: 1 } }, 0, 'safetensors-header-invalid', /__metadata__ "a"/],
  ];
  for (const [name, header, data, code, message] of broken) {
    it(`refuses a header with ${name}`, async () => {
      await writeFile(file(), fileOf(header, data));
      await rejectsWith(readSafetensorsHeader(file()), code, message);
      await rejectsWith(readSafetensorsHeader(file()), code, /x\.safetensors/);
    });
  }

  it('refuses files that are no safetensors before it allocates for them', async () => {
    await writeFile(file(), 'short');
    await rejectsWith(readSafetensorsHeader(file()), 'safetensors-truncated', /5 bytes/);
    await writeFile(file(), Buffer.alloc(64, 0xff));
    await rejectsWith(readSafetensorsHeader(file()), 'safetensors-header-invalid');
    await writeFile(file(), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n');
    await rejectsWith(readSafetensorsHeader(file()), 'safetensors-header-invalid', /Git LFS/);
    await writeFile(file(), fileOf({}, 0).subarray(0, 9));
    await rejectsWith(readSafetensorsHeader(file()), 'safetensors-truncated', /header needs 10/);
    await rejectsWith(readSafetensorsHeader(join(folder.path, 'none')), 'model-weights-missing', /not exist/);
    await rejectsWith(readSafetensorsHeader(folder.path), 'model-weights-missing', /is a folder/);
  });

  it('refuses other dtypes by name, and a file that shrank since its header was read', async () => {
    await writeFile(file(), fileOf({ a: { dtype: 'I8', shape: [4], data_offsets: [0, 4] } }, 4));
    const a = (await readSafetensorsHeader(file())).tensors.get('a');
    assert.ok(a);
    await rejectsWith(readTensorFloat32(file(), a), 'model-dtype-unsupported', /"a" is stored as I8/);
    await writeFile(file(), fileOf({ b: f32(0, 8, [2]) }, 8));
    const b = (await readSafetensorsHeader(file())).tensors.get('b');
    assert.ok(b);
    await truncate(file(), b.end - 1);
    await rejectsWith(readTensorFloat32(file(), b), 'safetensors-truncated', /"b"/);
  });

  it('writes tensors of any type from their bytes, and nothing where they are too few or a name comes twice', async () => {
    const tensor = (name: string, bytes: readonly number[]) => ({
      ...{ name, dtype: 'I64' as const, shape: [1] },
      *bytes() {
        yield Uint8Array.from(bytes.slice(0, 3));
        yield Uint8Array.from(bytes.slice(3));
      },
    });
    const eight = [1, 2, 3, 4, 5, 6, 7, 8];
    await streamSafetensors(file(), [tensor('a', eight), tensor('b', eight.toReversed())]);
    const { tensors: read } = await readSafetensorsHeader(file());
    assert.deepEqual([...read.keys()], ['a', 'b']);
    const before = await readFile(file());
    assert.deepEqual([...before.subarray(-16)], [...eight, ...eight.toReversed()]);
    await rejectsWith(
      streamSafetensors(file(), [tensor('a', eight.slice(1))]),
      'model-tensor-shape',
      /its 7 bytes/,
    );
    const twice = [tensor('a', eight), tensor('a', eight)];
    await rejectsWith(streamSafetensors(file(), twice), 'model-tensor-shape', /taken/);
    assert.deepEqual(await readFile(file()), before);
  });

  it('answers 2,000 damaged headers with a coded error or a sound header', async function () {
    this.timeout(60_000);
    await writeSafetensors(
      file(),
      [
        { name: 'model.a', dtype: 'F32', shape: [2, 3], data: new Float32Array(6) },
        { name: 'model.b', dtype: 'BF16', shape: [4], data: new Float32Array(4) },
      ],
      { format: 'pt' },
    );
    const sound = await readFile(file());
    const change = fc.record({
      at: fc.nat({ max: sound.length - 1 }),
      byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('0123456789-.e[]{}",: '))),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat({ max: sound.length })),
        async (changes, cut) => {
          const bytes = Buffer.from(sound);
          for (const { at, byte } of changes) bytes[at] = byte;
          await writeFile(file(), bytes.subarray(0, cut ?? bytes.length));
          try {
            const { tensors: found, headerBytes, fileBytes } = await readSafetensorsHeader(file());
            for (const entry of found.values()) {
              assert.ok(entry.begin >= headerBytes && entry.end <= fileBytes);
            }
          } catch (thrown) {
            assert.ok(thrown instanceof LabError, String(thrown));
            refused++;
          }
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
    assert.ok(refused > 1000);
  });

  it('keeps a tensor named like an inherited property', () => {
    const bytes = Buffer.from('{"__proto__":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}');
    const header = parseSafetensorsHeader(bytes, 8 + bytes.length + 2, 'x');
    assert.equal(header.tensors.get('__proto__')?.end, 8 + bytes.length + 2);
  });
});
