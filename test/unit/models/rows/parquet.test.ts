import assert from 'node:assert/strict';
import { parquetWriteFile } from 'hyparquet-writer';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { sampleLines } from '../../../../src/models/dataFile';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';

type Written = Parameters<typeof parquetWriteFile>[0];

describe('the rows of a Parquet file', () => {
  const folder = temporaryFolder();
  let count = 0;
  const write = (options: Omit<Written, 'filename'>): string => {
    const filename = path.join(folder.path, `data ${count++}.parquet`);
    parquetWriteFile({ ...options, filename });
    return filename;
  };
  const numbers = (rows: number): Written['columnData'] => [
    { name: 'n', data: Array.from({ length: rows }, (_, n) => n), type: 'INT32' },
  ];

  it('are as JSON has them, by column name', async () => {
    const file = write({
      columnData: [
        { name: 'text', data: ['ünï', null], type: 'STRING' },
        { name: 'id', data: [7n, 2n ** 60n], type: 'INT64' },
        { name: 'at', data: [new Date('2024-07-26T01:02:03Z'), null], type: 'TIMESTAMP' },
        { name: 'more', data: [{ a: [1, 'b'] }, null], type: 'JSON' },
        { name: 'x', data: [0.5, 2], type: 'DOUBLE' },
        { name: 'yes', data: [true, false], type: 'BOOLEAN' },
      ],
    });
    assert.deepEqual(await sampleLines(file, 9, 1), [
      {
        record: {
          text: 'ünï',
          id: 7,
          at: '2024-07-26T01:02:03.000Z',
          more: { a: [1, 'b'] },
          x: 0.5,
          yes: true,
        },
        where: `${file} row 1`,
      },
      {
        record: { text: null, id: '1152921504606846976', at: null, more: null, x: 2, yes: false },
        where: `${file} row 2`,
      },
    ]);
  });

  it('are counted alike by the file and by its groups', async () => {
    const file = write({ columnData: numbers(3) });
    const bytes = await readFile(file);
    // In the footer: the file's version, its schema, then field 3, an I64, with 3 rows in zigzag.
    const at = bytes.lastIndexOf(Buffer.from([0x16, 0x06, 0x19]));
    assert.ok(at > 0);
    bytes[at + 1] = 0x7e;
    await writeFile(file, bytes);
    await rejectsWith(sampleLines(file, 9, 1), 'data-format-unsupported', /63 rows, and its row groups 3/);
  });

  it('have lists and lists of structs, as tokens and conversations are', async () => {
    const list = (name: string) =>
      [
        { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ] as const;
    const string = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null },
    ];
    const file = write({
      columnData: [
        { name: 'messages', data: [messages, []] },
        { name: 'input_ids', data: [[1n, 2n], [3n]] },
      ],
      schema: [
        { name: 'root', num_children: 2 },
        ...list('messages'),
        { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
        { name: 'role', ...string },
        { name: 'content', ...string },
        ...list('input_ids'),
        { name: 'element', repetition_type: 'OPTIONAL', type: 'INT64' },
      ],
    });
    assert.deepEqual(
      (await sampleLines(file, 9, 1)).map(({ record }) => record),
      [
        { messages, input_ids: [1, 2] },
        { messages: [], input_ids: [3] },
      ],
    );
  });

  it('are chosen as the lines of a JSONL file are, over all row groups', async () => {
    const file = write({ columnData: numbers(200), rowGroupSize: 30 });
    const lines = path.join(folder.path, 'same.jsonl');
    await writeFile(lines, Array.from({ length: 200 }, (_, n) => `{"n":${n}}\n`).join(''));
    const chosen = async (from: string, seed: number): Promise<unknown[]> =>
      (await sampleLines(from, 12, seed)).map(({ record }) => record['n']);
    for (const seed of [1, 2]) assert.deepEqual(await chosen(file, seed), await chosen(lines, seed));
    for (const { record, where } of await sampleLines(file, 12, 3)) {
      assert.equal(where, `${file} row ${(record['n'] as number) + 1}`);
    }
  });

  it('may be compressed with gzip, Brotli and Zstandard; another way is named', async () => {
    const compress = { GZIP: gzipSync, BROTLI: brotliCompressSync, ZSTD: zstdFrame, LZO: gzipSync } as const;
    const compressed = (codec: keyof typeof compress): string =>
      write({
        columnData: [{ name: 'text', data: new Array<string>(50).fill('the same again'), type: 'STRING' }],
        codec,
        compressors: { [codec]: (bytes: Uint8Array) => new Uint8Array(compress[codec](bytes)) },
      });
    for (const codec of ['GZIP', 'BROTLI', 'ZSTD'] as const) {
      const lines = await sampleLines(compressed(codec), 99, 1);
      assert.equal(lines.length, 50);
      assert.deepEqual(lines[49]?.record, { text: 'the same again' });
    }
    await rejectsWith(sampleLines(compressed('LZO'), 9, 1), 'data-format-unsupported', /parquet.*LZO/);
  });

  it('are refused where the file is none, is cut off, or has no rows', async () => {
    const file = path.join(folder.path, 'broken.parquet');
    const whole = await readFile(write({ columnData: numbers(9) }));
    for (const content of ['', 'text,label\na,b\n', whole.subarray(0, -20)]) {
      await writeFile(file, content);
      await rejectsWith(
        sampleLines(file, 9, 1),
        'data-format-unsupported',
        /broken\.parquet cannot be read as Parquet/,
      );
    }
    await rejectsWith(sampleLines(write({ columnData: numbers(0) }), 9, 1), 'data-empty', /has no rows/);
    await rejectsWith(sampleLines(path.join(folder.path, 'no.parquet'), 9, 1), 'data-missing', /ENOENT/);
  });
});

/** A Zstandard frame (RFC 8878) of one raw block: Node 20 cannot compress any. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  assert.ok(bytes.length < 256);
  const [magic, singleSegment, lastRawBlock] = [[0x28, 0xb5, 0x2f, 0xfd], 0x20, 1];
  const block = lastRawBlock | (bytes.length << 3);
  return Uint8Array.of(...magic, singleSegment, bytes.length, block & 255, block >> 8, 0, ...bytes);
}
