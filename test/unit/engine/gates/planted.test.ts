import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../../src/configs/experiment/parse';
import { scoreExperiment } from '../../../../src/engine/scoreExperiment';
import { runFiles } from '../../../../src/files/runs';
import type { TensorToWrite } from '../../../../src/files/safetensorsWrite';
import { allocate } from '../../../../src/planning/allocate';
import { planRequest } from '../../../../src/planning/planRequest';
import { runScoresSchema, type ScoreFile } from '../../../../src/shared/scoreFile';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { tokenizedLines } from '../smallExperiment';

const layers = 6;
const planted = [1, 4];

/**
 * Attention reaches the output in the planted layers alone: elsewhere its output projection is next to nothing, so that no
 * change of queries and values there can carry an answer.
 */
const plant = (tensors: TensorToWrite[]): TensorToWrite[] =>
  tensors.map((tensor) => {
    const layer = Number(/layers\.(\d+)\.self_attn\.o_proj/.exec(tensor.name)?.[1] ?? NaN);
    if (Number.isNaN(layer) || planted.includes(layer)) return tensor;
    return { ...tensor, data: tensor.data.map((value) => value / 1000) };
  });

const text = (estimator: string): string => `version: 1
model: model
tasks:
  - { name: first, kind: causal-lm, train: first.jsonl }
method: floe
adapter: { targets: [q_proj, v_proj], rank: 2, alpha: 4, experts: 2 }
score: { estimator: ${estimator}, samples: 24, batch_size: 4, max_length: 16 }
budget: { layers: 2 }
floe: { warmup_steps: 12, warmup_learning_rate: 5e-3 }
`;

describe('a task that only planted layers can carry', () => {
  const folder = temporaryFolder();
  const scored = async (estimator: string, name = estimator): Promise<readonly ScoreFile[]> => {
    const file = path.join(folder.path, `${estimator}.adapter.yaml`);
    const run = path.join(folder.path, 'runs', name);
    await writeFile(file, text(estimator));
    const options = {
      run,
      job: 'score',
      device: 'native',
      version: '1',
      processes: 0,
      told: () => undefined,
    } as const;
    await scoreExperiment(await readExperiment(file), options, new AbortController().signal);
    return runScoresSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8'))).scores;
  };
  before(async () => {
    await openDevice('native', 1);
    await mkdir(path.join(folder.path, 'model'));
    await writeRandomLlama(
      path.join(folder.path, 'model'),
      { ...smallLlama, num_hidden_layers: layers },
      plant,
    );
    await writeFile(path.join(folder.path, 'first.jsonl'), tokenizedLines(24, 1));
  });

  it('has them first by gate Fisher, far above the others, and the plan keeps them', async () => {
    const scores = await scored('gate-fisher');
    const byScore = [...scores[0]!.layers].sort((a, b) => b.score - a.score);
    assert.deepEqual(
      byScore
        .slice(0, 2)
        .map(({ layer }) => layer)
        .sort(),
      planted,
    );
    assert.ok(byScore[1]!.score > 20 * byScore[2]!.score, `${byScore.map(({ score }) => score)}`);
    const experiment = await readExperiment(path.join(folder.path, 'gate-fisher.adapter.yaml'));
    const { plan } = allocate(planRequest(experiment, scores));
    const kept = new Set(Object.keys(plan.modules).map((name) => Number(/layers\.(\d+)\./.exec(name)![1])));
    assert.deepEqual([...kept], planted);
  });

  it('has the same gates again with the same seed', async () => {
    const [first] = await scored('gate-fisher', 'once');
    const [second] = await scored('gate-fisher', 'again');
    assert.equal(first!.gates!.length, 24);
    assert.deepEqual(first!.gates, second!.gates);
  });
});
