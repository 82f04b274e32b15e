import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, readJsonAs, type JsonFile } from '../../../src/files/json';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

const about: JsonFile = {
  what: 'The plan',
  missing: 'plan-missing',
  invalid: 'scores-invalid',
  next: 'Write it again.',
};

describe('JSON files', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder.path, 'x.json');

  it('are read with or without a byte order mark', async () => {
    await writeFile(path(), '\uFEFF{"a": [1]}');
    assert.deepEqual(await readJson(path(), about), { a: [1] });
  });

  it('are refused with line and column, or with the field that is wrong', async () => {
    await rejectsWith(readJson(`${path()}.none`, about), 'plan-missing', /The plan .*none does not exist/);
    await writeFile(path(), '{\n  "a": 1,\n  "b" 2\n}');
    await rejectsWith(readJson(path(), about), 'scores-invalid', /x\.json:3:7 is not valid JSON/);
    await writeFile(path(), '{"a": [{"b": "x"}]}');
    const schema = z.object({ a: z.array(z.object({ b: z.number() })) });
    await rejectsWith(readJsonAs(path(), schema, about), 'scores-invalid', /at a\[0\]\.b: /);
  });
});
