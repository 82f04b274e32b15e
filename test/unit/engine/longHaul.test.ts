import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { scoreExperiment } from '../../../src/engine/scoreExperiment';
import { searchExperiment } from '../../../src/engine/searchExperiment';
import { trainExperiment } from '../../../src/engine/trainExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { openDevice } from '../../../src/tensors/device';
import { tokenizedLines, writeSmallExperiment } from './smallExperiment';
import { textOf, usual } from './smallSearches';
import { temporaryFolder } from '../files/temporary';

const never = new AbortController().signal;
const held = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];

/** The long haul, cut short: `npm run bench -- soak` goes on for 100,000 steps. What a step or a job leaves behind shows in a count. */
describe('what an engine holds', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path, textOf(usual.replace('evaluations: 5', 'evaluations: 1')));
    await writeFile(at('data', 'long.jsonl'), tokenizedLines(50, 5));
  });

  const methods: Readonly<Record<string, string>> = {
    lora: '',
    'lora-smoe': '',
    adalora: 'adalora: { init_r: 6, target_r: 3, tinit: 4, tfinal: 6, delta_t: 3 }',
    'dynamic-lora':
      'dynamic_lora: { layer_weights: true, reallocate: true, input_factor: 0.1, interval: 5, warmup_ratio: 0.1 }',
  };
  for (const [method, more] of Object.entries(methods)) {
    it(`is as many tensors after 300 steps of ${method} as after 50`, async () => {
      const file = at(`${method}.adapter.yaml`);
      await writeFile(
        file,
        `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/long.jsonl, validation: data/second.jsonl }
method: ${method}
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 3, dropout: 0.1 }
train: { epochs: 6, learning_rate: 1e-3, batch_size: 1, max_length: 8, seeds: [1], evaluations: 1 }
${more}
`,
      );
      const counts = new Map<number, number[]>();
      const told = ({ last }: RunWriter): void => {
        if (last?.type === 'step') counts.set(last.step, held());
      };
      const { state } = await trainExperiment(
        await readExperiment(file),
        { run: at(`run of ${method}`), device: 'native', version: '0', told },
        never,
      );
      assert.equal(state.trials[0]?.step, 300);
      assert.ok(counts.get(50)?.every((count) => count > 0));
      assert.deepEqual(counts.get(300), counts.get(50));
    });
  }

  it('is as many tensors after the third score, training and search as after the first', async () => {
    const experiment = await readExperiment(at('small.adapter.yaml'));
    const rounds: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const options = (job: string) =>
        ({
          run: at(`${job} ${round}`),
          device: 'native',
          version: '0',
          processes: 0,
          told: () => undefined,
        }) as const;
      await scoreExperiment(experiment, { ...options('score'), job: 'score' }, never);
      await trainExperiment(experiment, options('train'), never);
      await searchExperiment(experiment, { ...options('search'), keepFile: true }, never);
      rounds.push(held());
    }
    assert.deepEqual(rounds[2], rounds[0]);
  });
});
