import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guarded, reportText } from '../../../../src/extension/views/reportText';
import { runFiles } from '../../../../src/files/runs';
import { pagePolicy } from '../../../../src/planning/htmlReport/page';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { finished, manifest, scored, writeRun } from '../runFolder';

describe('what a page of a report shows', () => {
  const folder = temporaryFolder();

  it('is the file of the run, else what its journal comes to', async () => {
    const run = await writeRun(
      join(folder.path, 'a.adapter.yaml'),
      '20260101-000000000-a-score',
      [...scored, finished],
      { manifest: manifest() },
    );
    const { text, isFile } = await reportText(run);
    assert.equal(isFile, false);
    assert.match(text, /^<!doctype html>[^]*Layers/);
    await writeFile(join(run, runFiles.htmlReport), '<!doctype html><p>mine</p>');
    assert.deepEqual(await reportText(run), { text: '<!doctype html><p>mine</p>', isFile: true });
    await rm(run, { recursive: true });
    await rejectsWith(reportText(run), 'run-not-found');
  });

  it('stands under our policy, whatever it begins with', () => {
    for (const page of [
      '<!doctype html><img src="https://example.org/a.png">',
      '\n<!DOCTYPE HTML><html><head></head></html>',
      '<img src="https://example.org/a.png">',
      '<!-- --><script>1</script>',
      '',
    ]) {
      const text = guarded(page);
      assert.ok(text.startsWith(`<!doctype html><meta http-equiv="Content-Security-Policy" content="`));
      assert.ok(text.slice(0, 250).includes(pagePolicy));
      assert.ok(text.endsWith(page.replace(/^\s*<!doctype html>/i, '')));
    }
  });
});
