import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgedRun } from '../../../src/extension/runs/judgedRun';
import { runFiles } from '../../../src/files/runs';
import type { RunManifest } from '../../../src/shared/runManifest';
import type { Verdict } from '../../../src/shared/verdict';
import { temporaryFolder } from '../files/temporary';
import { betterVerdict, noVerdict, openVerdict } from '../webview/sampleVerdict';

const manifest: RunManifest = {
  ...{
    version: 1,
    id: 'judged',
    job: 'judge',
    experiment: '../quick.adapter.yaml',
    createdAt: '',
    state: 'done',
  },
  ...{ pid: 1, seed: 1, versions: { adapterLab: '0', node: '20', tfjs: '4' } },
  inputs: { experimentHash: '', model: '', modelHash: '', tasks: [] },
};

describe('the newest run that judged a plan', () => {
  const folder = temporaryFolder();
  /** Runs of these verdicts, the newest first; none where undefined. */
  async function runsOf(name: string, verdicts: readonly (Verdict | string | undefined)[]) {
    const folders = verdicts.map((_, at) => join(folder.path, name, String(at)));
    for (const [at, verdict] of verdicts.entries()) {
      await mkdir(folders[at]!, { recursive: true });
      const text = typeof verdict === 'string' ? verdict : JSON.stringify(verdict);
      if (text !== undefined) await writeFile(join(folders[at]!, runFiles.verdict), text);
      await writeFile(join(folders[at]!, runFiles.manifest), JSON.stringify(manifest));
    }
    return { folders: () => Promise.resolve(folders) };
  }
  const { plan, arms } = betterVerdict();
  const design = { plan, method: arms[0]!.method };

  it('is the newest of those that came to a verdict that can be read', async () => {
    const runs = await runsOf('some', [undefined, openVerdict(), '{', betterVerdict(), noVerdict()]);
    const found = await judgedRun(runs, 'quick.adapter.yaml', design);
    assert.equal(found?.run, join(folder.path, 'some', '3'));
    assert.deepEqual(found.verdict, betterVerdict());
  });

  it('is none where it judged another plan, or there is none', async () => {
    const runs = await runsOf('other', [betterVerdict()]);
    const other = { modules: { a: { rank: 4, alpha: 8, experts: 1 } }, shared: [] };
    assert.equal(await judgedRun(runs, 'quick.adapter.yaml', { ...design, plan: other }), undefined);
    assert.ok(await judgedRun(runs, 'quick.adapter.yaml', design));
    const otherwise = { plan, method: 'lora-smoe' as const };
    assert.equal(await judgedRun(runs, 'quick.adapter.yaml', otherwise), undefined, 'trained otherwise');
    assert.equal(await judgedRun(await runsOf('none', []), 'quick.adapter.yaml', design), undefined);
  });
});
