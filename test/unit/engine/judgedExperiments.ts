import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import type { RunWriter } from '../../../src/engine/runWriter';
import { runFiles } from '../../../src/files/runs';
import { verdictSchema, type Verdict } from '../../../src/shared/verdict';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { writeSmallExperiment } from './smallExperiment';

export const never = new AbortController().signal;
export const plan = `plan:
  modules:
    model.layers.1.self_attn.q_proj: { rank: 4, alpha: 8, experts: 2 }
    model.layers.1.mlp.down_proj: { rank: 4, alpha: 8, experts: 2 }
`;
/** An experiment over a model of two layers; `more` is its plan and what it judges. */
export const textOf = (more: string, train = '', test = ', test: data/first.jsonl'): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl${test} }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
budget: { layers: 50% }
train: { epochs: 4, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2, 3], evaluations: 1${train} }
${more}`;

/** Experiments that are judged, in a folder of their own for as long as a suite runs. */
export function judgedExperiments() {
  const folder = temporaryFolder();
  let count = 0;
  before(() => openDevice('native', 1));

  const written = async (text: string) => {
    const file = await writeSmallExperiment(path.join(folder.path, `experiment ${count++}`), text);
    return readExperiment(file);
  };
  const runOf = (file: string): string =>
    path.join(path.dirname(file), '.adapter-lab', 'runs', `run ${count++}`);
  const options = (run: string, told: (writer: RunWriter) => void = () => undefined) =>
    ({ run, device: 'native', version: '1', told }) as const;
  const verdictIn = (run: string): Verdict =>
    verdictSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.verdict), 'utf8')));
  return { folder, written, runOf, options, verdictIn };
}
