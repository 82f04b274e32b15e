import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { changedSince } from '../../../src/extension/runs/changedSince';
import { planFor, recordPlan } from '../../../src/extension/runs/planFromRun';
import { hashFile, hashModelFolder } from '../../../src/files/hash';
import { readModelFolder } from '../../../src/files/modelFolder';
import { readRunRecords } from '../../../src/files/runRecords';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import type { RunScores } from '../../../src/shared/scoreFile';
import { temporaryFolder } from '../files/temporary';
import { writeTinyLlama } from '../files/tinyLlama';
import { scoreFiles } from '../planning/scoredModel';
import { finished, layers, manifest, scored, tasks, writeRun } from './runFolder';

const text = `version: 1
model: model
tasks:
  - { name: spam, kind: classification, train: spam.jsonl }
  - { name: topic, kind: classification, train: topic.jsonl }
method: floe
adapter: { targets: [q_proj, v_proj, down_proj], rank: 4, experts: 4 }
budget: { layers: 50% }
plan:
  modules:
    model.layers.0.self_attn.q_proj: { rank: 2, alpha: 4, experts: 1, locked: true }
`;

describe('a plan from a run', () => {
  const folder = temporaryFolder();

  it('keeps locked rows, and leaves plan, events and report in the run', async () => {
    const file = join(folder.path, 'quick.adapter.yaml');
    const { experiment } = parseExperiment(text, file);
    const run = await writeRun(file, '20260101-0000000-quick-score', [...scored, finished], {
      manifest: manifest(),
    });
    const records = await readRunRecords(run);
    const planFile = planFor(experiment!, records.scores);
    assert.equal(planFile.totals.layers, 2);
    assert.deepEqual(planFile.plan.modules['model.layers.0.self_attn.q_proj'], {
      rank: 2,
      alpha: 4,
      experts: 1,
      locked: true,
    });
    await recordPlan(run, planFile, file);
    const state = (await readRunEvents(run)).reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'done');
    assert.deepEqual(state.plan, planFile);
    assert.deepEqual(state.wrote, [runFiles.scores, runFiles.plan, file]);
    assert.deepEqual((await readRunRecords(run)).plan, planFile);
    for (const report of [runFiles.report, runFiles.htmlReport])
      assert.ok((await readFile(join(run, report), 'utf8')).includes(planFile.summary), report);
  });
});

describe('what changed since a run', () => {
  const folder = temporaryFolder();

  async function workspace(): Promise<{
    experiment: NonNullable<ReturnType<typeof parseExperiment>['experiment']>;
    scores: RunScores;
  }> {
    const file = join(folder.path, 'quick.adapter.yaml');
    await writeTinyLlama(join(folder.path, 'model'));
    for (const task of tasks)
      await writeFile(join(folder.path, `${task}.jsonl`), `{"text":"${task}","label":"a"}\n`);
    const { experiment } = parseExperiment(text, file);
    const modelHash = await hashModelFolder(await readModelFolder(experiment!.model));
    const scores = await Promise.all(
      scoreFiles(layers, tasks).map(async (scoreFile) => ({
        ...scoreFile,
        modelHash,
        dataHash: await hashFile(join(dirname(file), `${scoreFile.task}.jsonl`)),
      })),
    );
    return { experiment: experiment!, scores: { version: 1, scores } };
  }
  const longAgo = new Date(0);

  it('is nothing where nothing did, whatever the plan', async () => {
    const { experiment, scores } = await workspace();
    assert.deepEqual(await changedSince(experiment, scores, longAgo), []);
  });

  it('is the model, the data, the tasks, the estimator', async () => {
    const { experiment, scores } = await workspace();
    await writeTinyLlama(join(folder.path, 'model'), 0.5);
    await writeFile(join(folder.path, 'topic.jsonl'), '{"text":"other","label":"a"}\n');
    const other = {
      ...experiment,
      tasks: [...experiment.tasks, { ...experiment.tasks[0]!, name: 'new' }],
      score: { ...experiment.score, estimator: 'eva' as const },
    };
    assert.deepEqual(await changedSince(other, scores, longAgo), [
      'the model',
      'the list of tasks',
      'the data of topic',
      'the estimator',
    ]);
  });

  it('does not read data that was not touched since', async () => {
    const { experiment, scores } = await workspace();
    const unread = {
      ...scores,
      scores: scores.scores.map((task) => ({ ...task, dataHash: 'sha256:unknown' })),
    };
    assert.deepEqual(await changedSince(experiment, unread, new Date(Date.now() + 60_000)), []);
    assert.deepEqual(await changedSince(experiment, unread, longAgo), [
      'the data of spam',
      'the data of topic',
    ]);
  });
});
