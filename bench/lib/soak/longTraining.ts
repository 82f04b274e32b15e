import * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { trainExperiment } from '../../../src/engine/trainExperiment';
import { tokenizedLines, writeSmallExperiment } from '../../../test/unit/engine/smallExperiment';
import { allBytes, type Bytes } from './processMemory';

/**
 * A training of very many short steps in a process of its own, which says after each line of its journal what it holds:
 * `node --expose-gc … longTraining.ts FOLDER STEPS`. A line of standard output is a `TrainingSample`.
 */
export interface TrainingSample extends Bytes {
  readonly step: number;
  readonly seconds: number;
  readonly tensors: number;
  readonly tensorBytes: number;
}

/** Steps an epoch; each ends with an evaluation. */
const stepsAnEpoch = 1000;
const sampleEvery = 64;
/** A step is one sample of so many tokens at most. */
const maxLength = 8;

const textOf = (steps: number): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/long.jsonl, validation: data/second.jsonl }
method: lora
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4, dropout: 0.1 }
train: { epochs: ${steps / stepsAnEpoch}, learning_rate: 1e-3, batch_size: 1, max_length: ${maxLength}, seeds: [1], evaluations: 1 }
`;

async function main(): Promise<void> {
  const [folder = '', steps = '1000'] = process.argv.slice(2);
  const file = await writeSmallExperiment(folder, textOf(Number(steps)));
  await writeFile(path.join(folder, 'data', 'long.jsonl'), tokenizedLines(stepsAnEpoch, 5));
  const began = performance.now();
  let last = 0;
  await trainExperiment(
    await readExperiment(file),
    {
      ...{ run: path.join(folder, 'run'), device: 'native', version: '0' },
      told: ({ state }) => {
        const step = state.trials[0]?.points.at(-1)?.step ?? 0;
        // Most of the first steps have a line, and a collection takes longer than a step.
        if (step === last || step % sampleEvery > 0) return;
        last = step;
        const { numTensors: tensors, numBytes: tensorBytes } = tf.memory();
        const sample: TrainingSample = {
          ...{ step, seconds: (performance.now() - began) / 1000, tensors, tensorBytes },
          ...allBytes(),
        };
        process.stdout.write(`${JSON.stringify(sample)}\n`);
      },
    },
    new AbortController().signal,
  );
  process.exit(0);
}

void main();
