import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { listRuns, runFiles } from '../../../src/files/runs';
import { allocate } from '../../../src/planning/allocate';
import { planRequest } from '../../../src/planning/planRequest';
import type { PlanFile } from '../../../src/shared/planFile';
import type { ScoreFile } from '../../../src/shared/scoreFile';

const file = path.resolve(__dirname, '../../../media/sample/quickstart.adapter.yaml');

describe("the sample's recorded run", () => {
  it('has the plan that its scores and its experiment come to today', async () => {
    const [run, ...others] = await listRuns(file);
    assert.ok(run !== undefined && others.length === 0);
    const read = <T>(name: string): T => JSON.parse(readFileSync(path.join(run, name), 'utf8')) as T;
    const { scores } = read<{ scores: ScoreFile[] }>(runFiles.scores);
    const made = allocate(planRequest(await readExperiment(file), scores));
    // Record it again where this fails: scripts/sample/record.ts.
    assert.deepEqual(JSON.parse(JSON.stringify(made)), read<PlanFile>(runFiles.plan));
  });
});
