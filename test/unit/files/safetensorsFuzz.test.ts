import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSafetensorsHeader } from '../../../src/files/safetensors';
import type { SafetensorsHeader } from '../../../src/files/safetensorsHeader';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { LabError } from '../../../src/shared/errors';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

/** A file of this header text, whatever it is, with so many bytes of data; `length` lies where it is given. */
function fileOf(header: string | Uint8Array, dataBytes: number, length?: bigint): Buffer {
  const json = Buffer.from(header);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([start, json, Buffer.alloc(dataBytes)]);
}

/** Every byte of the file is the header's or one tensor's, and every tensor as long as its type and shape say. */
function assertSound({ tensors, headerBytes, fileBytes }: SafetensorsHeader, file: Buffer): void {
  assert.equal(fileBytes, file.length);
  let at = headerBytes;
  for (const [name, entry] of tensors) {
    assert.equal(entry.name, name);
    assert.equal(entry.begin, at);
    assert.ok(entry.end >= entry.begin && entry.end <= fileBytes);
    assert.ok(entry.shape.every((size) => Number.isSafeInteger(size) && size >= 0));
    at = entry.end;
  }
  assert.equal(at, fileBytes);
}

describe('the safetensors header, whatever the file holds', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const path = (): string => join(folder.path, 'fuzz.safetensors');

  /** Whether the file was refused, with everything checked that must hold either way. */
  async function refused(file: Buffer): Promise<boolean> {
    await writeFile(path(), file);
    const { alloc } = Buffer;
    let largest = 0;
    Buffer.alloc = (size: number, ...rest: never[]) => {
      largest = Math.max(largest, size);
      return alloc(size, ...rest);
    };
    try {
      assertSound(await readSafetensorsHeader(path()), file);
      return false;
    } catch (thrown) {
      if (!(thrown instanceof LabError)) throw thrown;
      assert.match(thrown.code, /^safetensors-(truncated|header-invalid)$/, thrown.message);
      assert.ok(thrown.message.includes(path()), thrown.message);
      assert.ok(thrown.message.length < path().length + 400, `${thrown.message.length} characters`);
      // eslint-disable-next-line no-control-regex -- what a terminal would obey must not come out of a file
      assert.ok(!/[\u0000-\u001f\u007f]/.test(thrown.message), JSON.stringify(thrown.message));
      return true;
    } finally {
      Buffer.alloc = alloc;
      assert.ok(largest <= file.length, `${largest} bytes allocated for a file of ${file.length}`);
    }
  }

  it('is refused or sound for random bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (random, isHeader) => {
        await refused(isHeader ? fileOf(random, 8) : Buffer.from(random));
      }),
      { numRuns: 600, seed: 11 },
    );
  });

  it('is refused or sound where single bytes of a sound file flip or its end is missing', async () => {
    const data = new Float32Array(6);
    const tensors = [
      { name: 'model.a', dtype: 'F32' as const, shape: [2, 3], data },
      { name: 'empty', dtype: 'F16' as const, shape: [0, 4], data: new Float32Array(0) },
      { name: 'model.b', dtype: 'BF16' as const, shape: [4], data: data.subarray(0, 4) },
    ];
    await writeSafetensors(path(), tensors, { format: 'pt' });
    const sound = await readFile(path());
    assert.equal(await refused(sound), false);
    const flip = fc.record({ at: fc.nat(sound.length - 1), mask: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { maxLength: 3 }), fc.nat(sound.length), async (flips, end) => {
        const bytes = Buffer.from(sound);
        for (const { at, mask } of flips) bytes[at]! ^= mask;
        await refused(bytes);
        await refused(bytes.subarray(0, end));
        if (end < sound.length) assert.equal(await refused(sound.subarray(0, end)), true);
      }),
      { numRuns: 700, seed: 12 },
    );
  });

  it('is refused for every length of header that the file does not have', async () => {
    const json = '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}';
    const honest = BigInt(json.length);
    assert.equal(await refused(fileOf(json, 4)), false);
    const edges = [0n, 1n, 100_000_000n, 100_000_001n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
    const lengths = fc.oneof(fc.constantFrom(...edges), fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 80n));
    await fc.assert(
      fc.asyncProperty(lengths, async (length) => {
        assert.equal(await refused(fileOf(json, 4, length)), length !== honest);
      }),
      { numRuns: 500, seed: 13 },
    );
  });

  /** Numbers as a header may spell them: sound, odd, huge, and none of JSON's. */
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.nat(16).map(String) },
    fc.constantFrom(
      '-1',
      '-0',
      '1.5',
      '4.0',
      '1e2',
      '1e308',
      '1e999',
      '9007199254740991',
      '9007199254740993',
    ),
    fc.constantFrom(
      '18446744073709551615',
      '4294967296',
      'NaN',
      'Infinity',
      'null',
      '"4"',
      '[]',
      '{}',
      'true',
    ),
  );
  const list = (maxLength: number): fc.Arbitrary<string> =>
    fc.array(number, { maxLength }).map((items) => `[${items.join()}]`);
  const dtype = fc.constantFrom('"F32"', '"BF16"', '"U8"', '"F4"', '"F6_E2M3"', '"toString"', 'null', '7');
  const name = fc.constantFrom(
    'a',
    'b',
    '__proto__',
    'constructor',
    '__metadata__',
    '',
    '\\u0000',
    '\\u001b[2J',
  );
  const entry = fc
    .record({
      dtype,
      shape: list(4),
      offsets: fc.oneof(
        list(3),
        fc.tuple(fc.nat(16), fc.nat(16)).map((pair) => `[${pair.join()}]`),
      ),
    })
    .map(({ dtype: type, shape, offsets }) => `{"dtype":${type},"shape":${shape},"data_offsets":${offsets}}`);

  it('is refused or sound whatever its numbers, types and names are', async () => {
    const pair = fc.tuple(name, entry).map(([key, value]) => `"${key}":${value}`);
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { maxLength: 4 }), fc.nat(24), async (pairs, dataBytes) => {
        await refused(fileOf(`{${pairs.join()}}`, dataBytes));
      }),
      { numRuns: 1500, seed: 14 },
    );
  });

  it('is sound where tensors lie side by side, and refused with a gap, an overlap or a name twice', async () => {
    const sizes = fc.array(fc.nat(6), { minLength: 2, maxLength: 6 });
    const fault = fc.constantFrom(
      'none',
      'gap',
      'overlap',
      'twice',
      'same place twice',
      'field twice',
      'beyond',
    );
    await fc.assert(
      fc.asyncProperty(sizes, fault, fc.nat(), async (lengths, kind, seed) => {
        const at = seed % lengths.length;
        let end = 0;
        const items = lengths.map((length, index) => {
          const begin = end;
          end += length;
          return { name: `t${index}`, begin, end };
        });
        const one = items[at]!;
        if (kind === 'gap') items.slice(at).forEach((item) => void (item.begin++, item.end++));
        if (kind === 'overlap') one.begin--;
        if (kind === 'beyond') items.at(-1)!.end++;
        if (kind === 'twice') one.name = items[(at + 1) % items.length]!.name;
        if (kind === 'same place twice') items.push({ ...one });
        const texts = items.map((item) => {
          const more = kind === 'field twice' && item === one ? '"dtype":"I64",' : '';
          const span = `"shape":[${item.end - item.begin}],"data_offsets":[${item.begin},${item.end}]`;
          return `"${item.name}":{${more}"dtype":"U8",${span}}`;
        });
        const file = fileOf(`{${texts.join()}}`, kind === 'gap' ? end + 1 : end);
        assert.equal(await refused(file), kind !== 'none', texts.join());
      }),
      { numRuns: 800, seed: 15 },
    );
  });

  it('is refused where it nests deeper than any stack, at every place', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const sound = '"shape":[0],"data_offsets":[0,0]';
    for (const header of [
      deep,
      `{"a":${deep}}`,
      `{"a":{"dtype":${deep},${sound}}}`,
      `{"a":{"dtype":"U8","shape":${deep},"data_offsets":[0,0]}}`,
      `{"a":{"dtype":"U8","shape":[0],"data_offsets":${deep}}}`,
      `{"__metadata__":{"a":${deep}}}`,
      '{"a":'.repeat(100_000),
    ]) {
      assert.equal(await refused(fileOf(header, 0)), true, header.slice(0, 40));
    }
  });

  it('never puts a whole file into its message', async () => {
    const long = 'x'.repeat(100_000);
    const ones = Array.from({ length: 50_000 }, () => 1).join();
    for (const header of [
      `{"${long}":7}`,
      `{"a":{"dtype":"${long}","shape":[0],"data_offsets":[0,0]}}`,
      `{"a":{"dtype":"U8","shape":[${ones}],"data_offsets":[0,0]}}`,
      `{"a":{"dtype":"U8","shape":[${ones},4503599627370496],"data_offsets":[0,0]}}`,
      `{"__metadata__":{"${long}":1}}`,
    ]) {
      assert.equal(await refused(fileOf(header, 0)), true);
    }
  });

  it('begins with a brace, so that no other file passes for one', async () => {
    const json = '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}';
    for (const before of ['\uFEFF', ' ', '\n']) {
      await writeFile(path(), fileOf(before + json, 4));
      await rejectsWith(readSafetensorsHeader(path()), 'safetensors-header-invalid', /not a JSON object/);
    }
    // Writers fill the header up with spaces, so that the data is aligned.
    assert.equal(await refused(fileOf(`${json}     `, 4)), false);
  });
});
