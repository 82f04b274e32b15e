import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepare, type Prepared } from '../../../src/engine/prepare';
import type { Sample } from '../../../src/models/samples';
import { truncationNote } from '../../../src/models/truncation';
import { temporaryFolder } from '../files/temporary';
import { sampleModel } from '../models/startingTokenizer';
import { requestIn } from './requests';

describe('the data of a score', () => {
  const folder = temporaryFolder();
  const prepared = async (
    name: string,
    content: string,
    maxLength: number,
    prompt?: string,
  ): Promise<Prepared> => {
    const file = path.join(folder.path, name);
    await writeFile(file, content);
    return prepare(
      requestIn(folder.path, {
        model: sampleModel,
        maxLength,
        tasks: [{ name: 'task', kind: 'causal-lm', file, text: 'text', prompt }],
      }),
    );
  };
  const lines = '{"text":"one two three four five six seven"}\n{"text":"one two"}\n';

  it('has a hash of the tokens alone, whether or not some were cut', async () => {
    for (const maxLength of [5, 50]) {
      const [task] = (await prepared('data.jsonl', lines, maxLength)).tasks;
      const hash = createHash('sha256');
      for (const { ids, targets } of task!.samples as Sample[]) hash.update(JSON.stringify({ ids, targets }));
      assert.equal(task!.samplesHash, `sha256:${hash.digest('hex')}`);
      const note = maxLength === 5 ? '1 of 2 samples was cut to 5 tokens' : undefined;
      assert.equal(truncationNote(task!.samples), note);
    }
  });

  it('is the same samples in every format', async () => {
    const rows = lines.trim().split('\n');
    const texts = rows.map((row) => (JSON.parse(row) as { text: string }).text);
    const formats = {
      'a.jsonl': lines,
      'b.json': `[${rows.join(',')}]`,
      'c.csv': `text,n\n${texts.map((text) => `"${text}",1`).join('\n')}\n`,
      'd.tsv': `n\ttext\n${texts.map((text) => `1\t${text}`).join('\n')}\n`,
    };
    const hashes = await Promise.all(
      Object.entries(formats).map(
        async ([name, content]) => (await prepared(name, content, 50)).tasks[0]?.samplesHash,
      ),
    );
    assert.equal(new Set(hashes).size, 1);
  });

  it('is what follows a prompt of other columns', async () => {
    const { tasks } = await prepared('e.csv', 'question,text\nWho?, The dog\n', 50, '{question} ->');
    const { targets } = tasks[0]!.samples[0] as Sample;
    const whole = await prepared('f.csv', 'text\nWho? -> The dog\n', 50);
    const { ids } = whole.tasks[0]!.samples[0] as Sample;
    const trained = targets.filter((target) => target >= 0);
    assert.deepEqual(trained, ids.slice(-trained.length));
    assert.ok(trained.length > 1 && trained.length < ids.length);
  });
});
