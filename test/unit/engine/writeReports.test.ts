import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { RunWriter } from '../../../src/engine/runWriter';
import { writeReports } from '../../../src/engine/writeReports';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { replay } from '../../../src/shared/replay';
import { emptyRun } from '../../../src/shared/runState';
import { temporaryFolder } from '../files/temporary';
import { sampleManifest } from '../planning/htmlReport/sampleManifest';
import { oneControl, verdictOf } from '../planning/sampleVerdict';
import { begin, smallModel } from '../webview/sampleRuns';
import { selfContainedPage } from './selfContained';

describe('writeReports', () => {
  const folder = temporaryFolder();

  it('writes Markdown and a page of a run, from what was noted so far', async () => {
    const run = path.join(folder.path, 'plain');
    const writer = await RunWriter.create(run, sampleManifest({ device: undefined }), () => undefined);
    for (const event of begin(smallModel)) await writer.record(event);
    writer.note({ device: 'wasm' });
    await writeReports(writer);
    await writer.finish('done');
    assert.deepEqual(readdirSync(run).sort(), ['events.jsonl', 'report.html', 'report.md', 'run.json']);
    assert.deepEqual(writer.state.wrote, [runFiles.report, runFiles.htmlReport]);
    assert.match(selfContainedPage(run), /Devicewasm/);
  });

  it('writes a table for LaTeX where a plan was judged, the same as stands in the page', async () => {
    const run = path.join(folder.path, 'judged');
    const writer = await RunWriter.create(run, sampleManifest({ job: 'judge' }), () => undefined);
    for (const event of begin(smallModel, undefined, 'judge')) await writer.record(event);
    await writer.record({ type: 'judged', verdict: verdictOf(oneControl) });
    await writeReports(writer);
    await writer.finish('done');
    const latex = readFileSync(path.join(run, runFiles.latex), 'utf8');
    assert.match(latex, /\\toprule/);
    assert.ok(selfContainedPage(run).includes(latex));
    assert.match(readFileSync(path.join(run, runFiles.report), 'utf8'), /## Verdict/);
    const { wrote } = replay(emptyRun, await readRunEvents(run));
    assert.deepEqual(wrote, [runFiles.report, runFiles.htmlReport, runFiles.latex]);
  });
});
