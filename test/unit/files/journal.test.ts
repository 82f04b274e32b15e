import assert from 'node:assert/strict';
import { appendFile, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Journal } from '../../../src/files/journal';
import { JsonLines } from '../../../src/files/jsonLines';
import { JournalTail } from '../../../src/files/journalTail';
import { readJournal } from '../../../src/files/readJournal';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

const asIs = (value: unknown): unknown => value;
const tailOf = (path: string): JournalTail<unknown> =>
  new JournalTail(path, (before) => new JsonLines(path, before, asIs));

describe('journal', () => {
  const folder = temporaryFolder();
  let count = 0;
  const fresh = (): string => join(folder.path, `events ${count++}.jsonl`);

  it('keeps the order of appends that were not awaited', async () => {
    const path = fresh();
    const journal = await Journal.open(path);
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append({ n, text: 'é\n' })));
    await journal.close();
    const values = await readJournal(path, asIs);
    assert.deepEqual(
      values,
      Array.from({ length: 50 }, (_, n) => ({ n, text: 'é\n' })),
    );
  });

  it('loses, cut at any byte, only the line that was cut, and goes on', async function () {
    this.timeout(60_000);
    const lines = [{ a: 1 }, { b: 'zwölf 🙂' }, { c: [1, 2] }].map((value) => JSON.stringify(value));
    const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const path = fresh();
    for (let cut = 0; cut <= whole.length; cut++) {
      await writeFile(path, whole.subarray(0, cut));
      const kept = whole.subarray(0, cut).toString().split('\n').length - 1;
      assert.equal((await readJournal(path, asIs)).length, kept);
      const journal = await Journal.open(path);
      await journal.append({ after: true });
      await journal.close();
      const expected = [...lines.slice(0, kept), '{"after":true}', ''].join('\n');
      assert.equal(await readFile(path, 'utf8'), expected);
    }
  });

  it('finds the last line behind a half line longer than one read', async () => {
    const path = fresh();
    await writeFile(path, `{"a":1}\n${'x'.repeat(200_000)}`);
    await (await Journal.open(path)).close();
    assert.equal(await readFile(path, 'utf8'), '{"a":1}\n');
  });

  it('names the file and line that does not read or decode', async () => {
    const path = fresh();
    await rejectsWith(readJournal(path, asIs), 'run-not-found', /does not exist/);
    await writeFile(path, '{}\nhalf\n{}\n');
    await rejectsWith(readJournal(path, asIs), 'journal-invalid', /Line 2 of .*events/);
    await writeFile(path, '1\n2\n');
    const small = (value: unknown): unknown => {
      if (value === 2) throw new Error('too large');
      return value;
    };
    await rejectsWith(readJournal(path, small), 'journal-invalid', /Line 2/);
  });

  it('tails every line once, however the bytes arrive', async function () {
    this.timeout(60_000);
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat({ max: 9 })), async (values, sizes) => {
        const path = fresh();
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify({ value })}\n`).join(''));
        const tail = tailOf(path);
        const seen: unknown[] = [...(await tail.read())];
        for (let at = 0, step = 0; at < bytes.length; step++) {
          const size = 1 + (sizes[step % Math.max(1, sizes.length)] ?? 6);
          await appendFile(path, bytes.subarray(at, at + size));
          at += size;
          seen.push(...(await tail.read()));
        }
        assert.deepEqual(
          seen,
          values.map((value) => ({ value })),
        );
        assert.equal(tail.generation, 0);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('tails a journal whose half line was cut off and replaced', async () => {
    const path = fresh();
    await writeFile(path, '{"n":1}\n{"n":2,"lo');
    const tail = tailOf(path);
    assert.deepEqual(await tail.read(), [{ n: 1 }]);
    const journal = await Journal.open(path);
    await journal.append({ n: 3 });
    await journal.close();
    assert.deepEqual(await tail.read(), [{ n: 3 }]);
    assert.equal(tail.generation, 0);
  });

  it('reads all again where it is told to forget', async () => {
    const path = fresh();
    await writeFile(path, '{"n":1}\n');
    const tail = tailOf(path);
    await tail.read();
    tail.forget();
    await appendFile(path, '{"n":2}\n');
    assert.deepEqual([await tail.read(), tail.generation], [[{ n: 1 }, { n: 2 }], 1]);
    assert.deepEqual(await tail.read(), []);
  });

  it('starts over on a file that was replaced, cut, or cut and grown', async () => {
    const path = fresh();
    await writeFile(path, '{"n":1}\n{"n":2}\n');
    const tail = tailOf(path);
    assert.equal((await tail.read()).length, 2);
    await writeFile(`${path}.new`, '{"n":1}\n{"n":2}\n{"n":9}\n');
    await rename(`${path}.new`, path);
    assert.equal((await tail.read()).length, 3);
    assert.equal(tail.generation, 1);
    await truncate(path, 8);
    assert.deepEqual(await tail.read(), [{ n: 1 }]);
    assert.equal(tail.generation, 2);
    const handle = await open(path, 'r+');
    await handle.truncate(0);
    await handle.write('{"n":5}\n{"n":6}\n');
    await handle.close();
    assert.deepEqual(await tail.read(), [{ n: 5 }, { n: 6 }]);
    assert.equal(tail.generation, 3);
    await rm(path);
    assert.deepEqual(await tail.read(), []);
    assert.equal(tail.generation, 4);
  });

  it('names the line of a broken journal each time it is asked', async () => {
    const path = fresh();
    await writeFile(path, '{}\n');
    const tail = tailOf(path);
    await tail.read();
    await appendFile(path, '{}\nbroken\n');
    await rejectsWith(tail.read(), 'journal-invalid', /Line 3/);
    await rejectsWith(tail.read(), 'journal-invalid', /Line 3/);
  });
});
