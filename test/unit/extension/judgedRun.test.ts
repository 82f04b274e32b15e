import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgedRun } from '../../../src/extension/runs/judgedRun';
import { runFiles } from '../../../src/files/runs';
import type { Verdict } from '../../../src/shared/verdict';
import { temporaryFolder } from '../files/temporary';
import { betterVerdict, noVerdict, openVerdict } from '../webview/sampleVerdict';

describe('the newest run that judged a plan', () => {
  const folder = temporaryFolder();
  /** Runs of these verdicts, the newest first; none where undefined. */
  async function runsOf(name: string, verdicts: readonly (Verdict | string | undefined)[]) {
    const folders = verdicts.map((_, at) => join(folder.path, name, String(at)));
    for (const [at, verdict] of verdicts.entries()) {
      await mkdir(folders[at]!, { recursive: true });
      const text = typeof verdict === 'string' ? verdict : JSON.stringify(verdict);
      if (text !== undefined) await writeFile(join(folders[at]!, runFiles.verdict), text);
    }
    return { folders: () => Promise.resolve(folders) };
  }
  const { plan } = betterVerdict();

  it('is the newest of those that came to a verdict that can be read', async () => {
    const runs = await runsOf('some', [undefined, openVerdict(), '{', betterVerdict(), noVerdict()]);
    const found = await judgedRun(runs, 'quick.adapter.yaml', plan);
    assert.equal(found?.run, join(folder.path, 'some', '3'));
    assert.deepEqual(found.verdict, betterVerdict());
  });

  it('is none where it judged another plan, or there is none', async () => {
    const runs = await runsOf('other', [betterVerdict()]);
    const other = { modules: { a: { rank: 4, alpha: 8, experts: 1 } }, shared: [] };
    assert.equal(await judgedRun(runs, 'quick.adapter.yaml', other), undefined);
    assert.ok(await judgedRun(runs, 'quick.adapter.yaml', plan));
    assert.equal(await judgedRun(await runsOf('none', []), 'quick.adapter.yaml', plan), undefined);
  });
});
