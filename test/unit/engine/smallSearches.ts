import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import type { RunState } from '../../../src/shared/runState';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { writeSmallExperiment } from './smallExperiment';

/** An experiment of two tasks, whose search is `more`. */
export const textOf = (more: string, method = 'floe'): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl }
  - { name: second, kind: causal-lm, train: data/second.jsonl, validation: data/second.jsonl }
method: ${method}   # stays
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
train: { epochs: 2, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 1 }
${more}`;
export const usual = 'search: { ranks: [1, 2, 4, 8], layers: [50%, 100%], evaluations: 5 }';

/** Experiments with a search over a model of four small layers, in a folder of their own for as long as a suite runs. */
export function smallSearches() {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const experiment = async (text = textOf(usual)) => {
    const file = path.join(folder.path, `search-${count++}.adapter.yaml`);
    await writeFile(file, text);
    return readExperiment(file);
  };
  const options = (told: (state: RunState) => void = () => undefined) => ({
    run: path.join(folder.path, '.adapter-lab', 'runs', `search ${count++}`),
    device: 'native' as const,
    version: '1',
    processes: 0,
    told: ({ state }: { state: RunState }) => told(state),
  });
  return { folder, experiment, options };
}
