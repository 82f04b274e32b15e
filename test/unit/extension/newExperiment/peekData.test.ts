import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { parquetWriteFile } from 'hyparquet-writer';
import { classesText, columnText, rowsText } from '../../../../src/extension/newExperiment/dataWords';
import { headBytes, type TextHead } from '../../../../src/extension/newExperiment/fileHead';
import { peekData } from '../../../../src/extension/newExperiment/peekData';
import { csvHead, jsonArrayHead, jsonLinesHead } from '../../../../src/extension/newExperiment/rowsHead';
import { temporaryFolder } from '../../files/temporary';

describe('a look into a data file', () => {
  const folder = temporaryFolder();
  const write = async (name: string, text: string | Buffer): Promise<string> => {
    const file = path.join(folder.path, name);
    await writeFile(file, text);
    return file;
  };
  const names = async (name: string, text: string): Promise<string[]> =>
    (await peekData(await write(name, text))).columns.map((column) => column.name);

  it('tells columns, kinds, values and rows of JSON lines', async () => {
    const lines = ['{"review": "x", "label": 1}', '', '{"review": "yy", "label": 2, "tags": ["a"]}', ''];
    const peek = await peekData(await write('a.jsonl', `\uFEFF${lines.join('\r\n')}`));
    assert.deepEqual(
      peek.columns.map(({ name, kind, values, seen, longest }) => [name, kind, values, seen, longest]),
      [
        ['review', 'text', ['x', 'yy'], 2, 2],
        ['label', 'number', ['1', '2'], 2, 1],
        ['tags', 'list', [''], 1, 0],
      ],
    );
    assert.deepEqual([peek.rows, peek.isEstimate, rowsText(peek)], [2, false, '2 rows']);
  });

  it('reckons the rows of what is longer than its first part', async () => {
    const line = `${JSON.stringify({ text: 'é'.repeat(80), label: 'ham' })}\n`;
    const count = 5000;
    const peek = await peekData(await write('long.jsonl', line.repeat(count)));
    assert.deepEqual([peek.isEstimate, peek.rows], [true, count]);
    assert.equal(rowsText({ ...peek, rows: 5023 }), 'about 5,000 rows');
    const table = await peekData(await write('long.csv', `a,b\n${'1,"two\nlines"\n'.repeat(60_000)}`));
    assert.equal(table.isEstimate, true);
    assert.ok(Math.abs(table.rows / 60_000 - 1) < 0.01, `${table.rows}`);
  });

  it('leaves a line or a letter out that was cut, whatever the file begins with, and keeps what was not', async () => {
    const line = `${JSON.stringify({ text: '😀'.repeat(99) })}\n`;
    for (const mark of ['', '\uFEFF']) {
      for (const shift of [0, 1, 2, 3]) {
        const [first, few] = [`{"a": "${'x'.repeat(shift)}"}\n`, 3000];
        const peek = await peekData(await write('cut.jsonl', mark + first + line.repeat(few)));
        assert.deepEqual(
          peek.columns.map(({ name, values }) => [name, values]),
          [
            ['a', ['x'.repeat(shift)]],
            ['text', ['😀'.repeat(99)]],
          ],
        );
        assert.ok(Math.abs(peek.rows / few - 1) < 0.01, `${peek.rows}`);
        const table = await peekData(await write('cut.csv', `${mark}a\n"${'x'.repeat(headBytes)}😀"\n`));
        assert.deepEqual([table.rows, table.columns[0]?.name], [0, 'a']);
      }
    }
    // As long as what is read, and not cut.
    const lines = await peekData(await write('whole.jsonl', '{"text":"y"}'.padEnd(headBytes)));
    assert.deepEqual([lines.rows, lines.isEstimate], [1, false]);
    // Letters of another encoding are longer once they are read.
    const latin = Buffer.from(`a\n${'é'.repeat(headBytes / 2)}\n`, 'latin1');
    assert.equal((await peekData(await write('latin.csv', latin))).isEstimate, false);
  });

  it('counts the bytes of a table by the rows that it keeps', async () => {
    const row = `1,${'x'.repeat(headBytes / 2 - 200)}\n`;
    const table = await peekData(await write('wide.csv', `a,b\n${row.repeat(100)}`));
    assert.deepEqual([table.isEstimate, table.rows], [true, 100]);
  });

  it('reads tables with quotes, arrays of objects, and what ends in the middle', async () => {
    assert.deepEqual(await names('a.csv', '"a, b",label\n1,"2\n3"\n'), ['a, b', 'label']);
    assert.deepEqual(await names('a.tsv', 'x\ty\n1\t2\n'), ['x', 'y']);
    assert.deepEqual(await names('a.json', ' [ {"x": "}", "y": "\\"]"},\n {"x": "", "z": {}} ] '), [
      'x',
      'y',
      'z',
    ]);
    const row = JSON.stringify({ instruction: 'say ]', output: 'o'.repeat(1000) });
    const peek = await peekData(await write('alpaca.json', `[${Array<string>(2000).fill(row).join(',\n')}]`));
    assert.deepEqual(
      [peek.columns.map(({ name }) => name), peek.isEstimate],
      [['instruction', 'output'], true],
    );
    assert.ok(Math.abs(peek.rows / 2000 - 1) < 0.01, `${peek.rows}`);
  });

  it('reads a schema and first rows of Parquet, and the schema alone of large groups', async () => {
    const small = path.join(folder.path, 'small.parquet');
    const columnData = [
      { name: 'sentence', data: ['a', 'b', 'c'], type: 'STRING' as const },
      { name: 'label', data: [0n, 1n, 1n], type: 'INT64' as const },
    ];
    parquetWriteFile({ filename: small, columnData });
    const peek = await peekData(small);
    assert.deepEqual(
      peek.columns.map(({ name, kind, values }) => [name, kind, values]),
      [
        ['sentence', 'text', ['a', 'b', 'c']],
        ['label', 'number', ['0', '1']],
      ],
    );
    assert.deepEqual([peek.rows, peek.isEstimate], [3, false]);
    const large = path.join(folder.path, 'large.parquet');
    const texts = Array.from({ length: 40 }, (_, n) => String(n).repeat(1_000_000 / 2));
    parquetWriteFile({
      filename: large,
      columnData: [{ name: 'text', data: texts, type: 'STRING' }],
      codec: 'UNCOMPRESSED',
    });
    assert.deepEqual(
      (await peekData(large)).columns.map(({ name, kind }) => [name, kind]),
      [['text', 'unknown']],
    );
  });

  it('says what is no data, by what is wrong', async () => {
    const refused = async (name: string, text: string): Promise<unknown> => {
      const file = await write(name, text);
      return peekData(file).then(
        () => 'read',
        (thrown: { code: string }) => thrown.code,
      );
    };
    assert.equal(await refused('b.jsonl', 'no\n'), 'data-line-invalid');
    assert.equal(await refused('b.parquet', 'no\n'), 'data-line-invalid');
    assert.equal(await refused('b.json', '{"a": 1}'), 'data-line-invalid');
    assert.equal(await refused('c.json', '["a", "b"]'), 'data-line-invalid');
    assert.equal(await refused('b.csv', ''), 'data-line-invalid');
    assert.equal(await refused('b.jsonl', '\n\n'), 'data-empty');
    assert.equal(await refused('c.json', '[]'), 'data-empty');
    assert.equal(await refused('b.txt', 'x'), 'data-format-unsupported');
    assert.equal(await refused('line.jsonl', `{"a": "${'x'.repeat(headBytes)}"}\n`), 'data-line-invalid');
    await assert.rejects(peekData(path.join(folder.path, 'none.csv')), { code: 'data-missing' });
    await assert.rejects(peekData(path.join(folder.path, 'none.parquet')), { code: 'data-missing' });
  });

  it('names classes in the order of their names', () => {
    const column = { name: 'label', kind: 'text' as const, seen: 40, longest: 3 };
    assert.equal(columnText({ ...column, values: ['spam', 'ham'] }), 'label (ham, spam)');
    assert.equal(classesText({ ...column, values: ['10', '2', '1'] }), '1, 2, 10');
    assert.equal(classesText({ ...column, values: ['f', 'e', 'd', 'c', 'b', 'a'] }), 'a, b, c, d and 2 more');
    assert.equal(columnText({ ...column, values: [] }), 'label');
  });

  it('never throws but by name, wherever a file ends', () => {
    const texts = [
      '{"a": "x\\"}", "b": [1, {"c": null}]}\n{"a": 1}\n',
      '[{"a": "x\\"}", "b": [1, {"c": null}]}, {"a": 1}]',
      'a,b\n"1, ""2""",3\n4,5\n',
    ];
    const readers = [
      jsonLinesHead,
      jsonArrayHead,
      (file: string, head: TextHead, most: number) => csvHead(file, head, ',', most),
    ];
    fc.assert(
      fc.property(fc.nat(2), fc.nat(50), fc.string(), fc.boolean(), (which, end, more, isPart) => {
        const text = texts[which]!.slice(0, end) + more;
        try {
          const { records } = readers[which]!('x', { text, isPart }, 3);
          assert.ok(records.length <= 3);
        } catch (thrown) {
          assert.equal((thrown as { code?: string }).code, 'data-line-invalid');
        }
      }),
      { seed: 1, numRuns: 400 },
    );
  });
});
