import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sampleLines } from '../../../src/models/dataFile';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';

describe('sampleLines', () => {
  const folder = temporaryFolder();
  let count = 0;
  const write = async (content: string, ending = 'jsonl'): Promise<string> => {
    const file = path.join(folder.path, `data ${count++}.${ending}`);
    await writeFile(file, content);
    return file;
  };
  const numbered = (lines: number): string =>
    Array.from({ length: lines }, (_, n) => `{"n":${n}}\n`).join('');

  it('reads all lines in file order where there are no more than asked, with where each stands', async () => {
    const file = await write(numbered(3));
    assert.deepEqual(await sampleLines(file, 3, 1), [
      { record: { n: 0 }, where: `${file}:1` },
      { record: { n: 1 }, where: `${file}:2` },
      { record: { n: 2 }, where: `${file}:3` },
    ]);
    assert.equal((await sampleLines(await write(numbered(2), 'ndjson'), 3, 1)).length, 2);
  });

  it('chooses by the seed alone', async () => {
    const file = await write(numbered(200));
    const chosen = async (seed: number): Promise<unknown[]> =>
      (await sampleLines(file, 20, seed)).map(({ record }) => record['n']);
    const first = await chosen(1);
    assert.equal(new Set(first).size, 20);
    assert.deepEqual(await chosen(1), first);
    assert.notDeepEqual(await chosen(2), first);
  });

  it('skips blank lines, takes CRLF, a byte order mark and a last line without an end', async () => {
    const file = await write('\uFEFF{"n":0}\r\n\r\n  \r\n{"n":1}\r\n{"n":2}');
    assert.deepEqual(await sampleLines(file, 9, 1), [
      { record: { n: 0 }, where: `${file}:1` },
      { record: { n: 1 }, where: `${file}:4` },
      { record: { n: 2 }, where: `${file}:5` },
    ]);
  });

  it('keeps line separators inside of strings', async () => {
    const text = 'one\u2028two\u2029three\u0085four';
    const file = await write(`{"text":"${text}"}\n`);
    assert.deepEqual(await sampleLines(file, 9, 1), [{ record: { text }, where: `${file}:1` }]);
  });

  it('names file and line of what is no JSON object', async () => {
    for (const broken of ['{"n":', '[1]', '"text"', 'null', 'text']) {
      const file = await write(`{"n":0}\n\n${broken}\n`);
      await rejectsWith(
        sampleLines(file, 9, 1),
        'data-line-invalid',
        /data \d+\.jsonl:3 is not a JSON object/,
      );
    }
  });

  it('parses only the lines that were chosen', async () => {
    const file = await write(`${numbered(50)}broken\n`);
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const outcomes = await Promise.all(
      seeds.map((seed) =>
        sampleLines(file, 5, seed).then(
          () => 'read',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    assert.deepEqual([...new Set(outcomes)].sort(), ['data-line-invalid', 'read']);
  });

  it('refuses what is missing, empty or of another format', async () => {
    await rejectsWith(
      sampleLines(path.join(folder.path, 'no.jsonl'), 9, 1),
      'data-missing',
      /no\.jsonl.*ENOENT/,
    );
    await rejectsWith(sampleLines(await write(''), 9, 1), 'data-empty', /has no lines/);
    await rejectsWith(sampleLines(await write('\n \r\n'), 9, 1), 'data-empty', /has no lines/);
    for (const ending of ['txt', 'arrow', 'jsonl.gz']) {
      await rejectsWith(
        sampleLines(await write('a,b\n', ending), 9, 1),
        'data-format-unsupported',
        /does not end in \.jsonl, \.ndjson, \.json, \.csv, \.tsv or \.parquet\.$/,
      );
    }
  });

  it('chooses the same rows of every format, whatever the case of its ending', async () => {
    const rows = Array.from({ length: 60 }, (_, n) => n);
    const files = [
      await write(numbered(60)),
      await write(JSON.stringify(rows.map((n) => ({ n }))), 'JSON'),
      await write(`n\n${rows.join('\n')}\n`, 'csv'),
      await write(`n\n${rows.join('\n')}\n`, 'TSV'),
    ];
    const chosen = await Promise.all(
      files.map(async (file) => (await sampleLines(file, 10, 5)).map(({ record }) => Number(record['n']))),
    );
    for (const other of chosen) assert.deepEqual(other, chosen[0]);
    assert.equal(new Set(chosen[0]).size, 10);
  });
});
