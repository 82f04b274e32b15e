import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sampleLines } from '../../../../src/models/dataFile';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';

describe('the rows of a JSON array', () => {
  const folder = temporaryFolder();
  let count = 0;
  const write = async (content: string): Promise<string> => {
    const file = path.join(folder.path, `data ${count++}.json`);
    await writeFile(file, content);
    return file;
  };
  const refuses = async (content: string, message: RegExp): Promise<void> =>
    rejectsWith(sampleLines(await write(content), 9, 1), 'data-line-invalid', message);

  it('are its objects, named by their number', async () => {
    const file = await write('\uFEFF[{"text":"a","n":[1,{"b":null}]},\n\n{"text":"b"}]\n');
    assert.deepEqual(await sampleLines(file, 9, 1), [
      { record: { text: 'a', n: [1, { b: null }] }, where: `${file} row 1` },
      { record: { text: 'b' }, where: `${file} row 2` },
    ]);
  });

  it('are refused where one is no object', async () => {
    for (const row of ['1', '"a"', 'null', '[{}]']) {
      await refuses(`[{"n":0},${row}]`, /data \d+\.json row 2 is not a JSON object/);
    }
  });

  it('are refused where the file is no array, or no JSON, naming the line', async () => {
    await refuses('{"data":[{"n":0}]}', /json is not an array of objects/);
    await refuses('[{"n":0},\n{"n":}]', /json:2 is not JSON/);
    await refuses('[{"n":0},\n\n{"n":1}\n', /json:4 is not JSON/);
    await refuses('{"n":0}\n{"n":1}\n', /json:2 is not JSON/);
  });

  it('are missing in an empty file and in an empty array', async () => {
    for (const content of ['', ' \n', '[]']) {
      await rejectsWith(sampleLines(await write(content), 9, 1), 'data-empty', /json has no rows/);
    }
    await rejectsWith(sampleLines(path.join(folder.path, 'no.json'), 9, 1), 'data-missing', /ENOENT/);
  });
});
