import assert from 'node:assert/strict';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sampleLines } from '../../../../src/models/dataFile';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';

describe('the rows of a CSV file', () => {
  const folder = temporaryFolder();
  let count = 0;
  const write = async (content: string, ending = 'csv'): Promise<string> => {
    const file = path.join(folder.path, `data ${count++}.${ending}`);
    await writeFile(file, content);
    return file;
  };
  const refuses = async (content: string, message: RegExp): Promise<void> =>
    rejectsWith(sampleLines(await write(content), 9, 1), 'data-line-invalid', message);

  it('are strings by the names of the header, each with the line it begins on', async () => {
    const file = await write('\uFEFFtext,label\r\n"a ""b"", c",1\r\n\r\n"two\r\nlines",\r\n , x\r\n"ünï",""');
    assert.deepEqual(await sampleLines(file, 9, 1), [
      { record: { text: 'a "b", c', label: '1' }, where: `${file}:2` },
      { record: { text: 'two\r\nlines', label: '' }, where: `${file}:4` },
      { record: { text: ' ', label: ' x' }, where: `${file}:6` },
      { record: { text: 'ünï', label: '' }, where: `${file}:7` },
    ]);
  });

  it('are parted by tabs in a .tsv', async () => {
    const file = await write('text\tlabel\na, b\t"x\ty"\n', 'tsv');
    assert.deepEqual(await sampleLines(file, 9, 1), [
      { record: { text: 'a, b', label: 'x\ty' }, where: `${file}:2` },
    ]);
  });

  it('take an index without a name, as pandas writes it, and pass over lines of spaces', async () => {
    const file = await write(',text\n0,a\n  \n1,b\n');
    assert.deepEqual(
      (await sampleLines(file, 9, 1)).map(({ record, where }) => [record, where.slice(file.length)]),
      [
        [{ '': '0', text: 'a' }, ':2'],
        [{ '': '1', text: 'b' }, ':4'],
      ],
    );
  });

  it('give back whatever was written, on the lines where it was', async () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab",\r\né\t '), maxLength: 8 });
    const quoted = (cells: readonly string[]): string =>
      cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, end) => {
          const file = await write(['a,b', ...rows.map(quoted)].join(end));
          let line = 2;
          const expected = rows.map((row) => {
            const where = `${file}:${line}`;
            line += quoted(row).split(/\r\n|\r|\n/).length;
            return { record: { a: row[0], b: row[1] }, where };
          });
          assert.deepEqual(await sampleLines(file, 9, 1), expected);
        },
      ),
      { numRuns: 100, seed: 4 },
    );
  });

  it('are refused with another number of cells than the header, naming the line', async () => {
    await refuses('a,b\n"1\n2",3\n4\n5,6\n', /data \d+\.csv:4 has 1 cell, and the header 2/);
    await refuses('a,b\n1,2,3\n', /csv:2 has 3 cells, and the header 2/);
  });

  it('are refused with a broken quote, naming the line on which the row begins', async () => {
    await refuses('a,b\r\n"1\r\n2",3\r\n\r\n"4,5\r\n6,7\r\n', /csv:5 opens a quote that is not closed/);
    await refuses('a,b\n1,5" pipe\n', /csv:2 has a quote where a cell neither begins nor ends/);
    await refuses('a,b\n1,2\n3,"5" pipe\n', /csv:3 has a quote/);
  });

  it('are refused where two columns have one name', async () => {
    await refuses('\ntext,label,text\n1,2,3\n', /csv:2 names the column "text" twice/);
  });

  it('are missing where there is a header alone, or nothing', async () => {
    for (const content of ['', '\n\n', 'text,label\n']) {
      await rejectsWith(sampleLines(await write(content), 9, 1), 'data-empty', /csv has no rows/);
    }
    await rejectsWith(sampleLines(path.join(folder.path, 'no.csv'), 9, 1), 'data-missing', /ENOENT/);
  });
});
