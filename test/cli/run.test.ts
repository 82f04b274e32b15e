import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../src/configs/experiment/parse';
import { listRuns, readRunEvents, runFiles } from '../../src/files/runs';
import { planFileSchema } from '../../src/shared/planFile';
import { applyEvent } from '../../src/shared/applyEvent';
import { emptyRun } from '../../src/shared/runState';
import { version } from '../../src/shared/version';
import { experimentText, writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, type Finished } from './commandLine';

describe('adapter-lab run', () => {
  const folder = temporaryFolder();
  let file = '';
  let run = '';
  let finished: Finished;
  before(async () => {
    file = await writeSmallExperiment(folder.path);
    finished = await adapterLab(['run', path.basename(file)], { cwd: folder.path });
    run = (await listRuns(file))[0] ?? '';
  });

  it('ends well, with progress on standard error alone', () => {
    const { code, stderr } = finished;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Model: /m);
    assert.match(stderr, /^Device: /m);
    assert.match(stderr, /^Scoring (first|second): 100\.0 %/m);
    assert.doesNotMatch(finished.stdout, /^(Model|Device|Scoring)/m);
  });

  it('prints the layers, what was planned, where it is and what comes next', () => {
    const { stdout } = finished;
    assert.match(stdout, /^\| layer \| +share \| +first \| +95 % \| +second \| +95 % \| +experts \|$/m);
    assert.match(stdout, /^Kept layer [01] of 2 /m);
    assert.match(stdout, /^Estimated .+; took .+\.$/m);
    const at = (name: string): string => path.relative(folder.path, path.join(run, name));
    const reports = `${at(runFiles.report)}, ${at(runFiles.htmlReport)}`;
    assert.ok(stdout.includes(`Wrote small.adapter.yaml (plan:), ${reports}\n`), stdout);
    assert.ok(stdout.endsWith('Next: adapter-lab commit small.adapter.yaml\n'), stdout);
  });

  it('leaves a run beside the experiment that replays to its end', async () => {
    assert.match(path.basename(run), /^\d{8}-\d+-small-run$/);
    const state = (await readRunEvents(run)).reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'done');
    assert.equal(state.job, 'run');
    const manifest = JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8')) as {
      versions: { adapterLab: string };
    };
    assert.equal(manifest.versions.adapterLab, version);
  });

  it('writes its plan into the experiment and keeps the rest of the file', async () => {
    const { plan } = planFileSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.plan), 'utf8')));
    assert.deepEqual((await readExperiment(file)).plan, plan);
    assert.ok(readFileSync(file, 'utf8').startsWith(experimentText));
  });
});
