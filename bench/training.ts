import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compareTraining, training, type ComparedTraining, type TrainedModel } from './lib/compareTraining';
import { makeModel } from './lib/makeModel';
import { gpt2Small } from './lib/modelShapes';
import { describeMachine, writeResult } from './results';

const command = 'npm run bench -- training';
const usualRounds = 5;

const models: Readonly<Record<string, TrainedModel>> = {
  sample: {
    ...{ name: 'sample model', samples: 8, tokens: 64, vocabulary: 2048, steps: 20 },
    targets: ['q_proj', 'v_proj', 'down_proj'],
    open: async () => path.resolve(__dirname, '../media/sample/model'),
  },
  gpt2: {
    ...{ name: 'GPT-2 small', samples: 8, tokens: 128, vocabulary: gpt2Small.vocabulary, steps: 2 },
    targets: ['attn.c_attn', 'mlp.c_proj'],
    open: async (folder) => (await makeModel(path.join(folder, 'gpt2'), gpt2Small, { dtype: 'F32' })).folder,
  },
};

/**
 * LoRA training steps (forward, backward, clipping, AdamW) against PyTorch eager on the same cores, in turn: the engine's own
 * pass and optimizer against plain-torch blocks (bench/torch) with adapters as PEFT's. The same weights, batch of random
 * tokens and first adapter: rank 8, alpha 16, on q, v and down of the sample model, on c_attn and mlp.c_proj of GPT-2 small
 * with random weights. Two threads a side; medians over rounds after a warm-up. Peak memory is of each side's process, since
 * its model was loaded; our engine cuts a step into batches of 512 tokens, PyTorch takes it whole. Refuses to report where the
 * losses of the first three steps differ by more than 1e-4.
 *
 *     npm run bench -- training [--rounds N] [--models sample,gpt2] [--profile FOLDER]
 *
 * Needs Debian's python3-torch and libopenblas0-pthread. With --profile V8 writes a CPU profile of our side there, for Chrome's
 * developer tools. A run of fewer rounds or models, or with a profile, writes nothing.
 */
export async function benchTraining(options: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const known = { rounds: text, models: text, profile: text };
  const { values } = parseArgs({ args: [...options], options: known });
  const rounds = Number(values.rounds ?? usualRounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: a whole number from 1.`);
  const chosen = values.models?.split(',') ?? Object.keys(models);
  const results: ComparedTraining[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    for (const key of chosen) {
      const model = models[key];
      if (model === undefined)
        throw new Error(`training has no model '${key}'; there are ${Object.keys(models).join(', ')}.`);
      results.push(await compareTraining(model, folder, rounds, values.profile));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const table = <T>(of: (one: ComparedTraining) => T): Record<string, T> =>
    Object.fromEntries(results.map((one) => [one.name, of(one)]));
  const tables = {
    tokensPerSecond: table(({ tokensPerSecond }) => tokensPerSecond),
    peakMiB: table(({ peakMiB }) => peakMiB),
  };
  for (const [title, rows] of Object.entries(tables)) {
    console.log(title);
    console.table(rows);
  }
  const about = {
    command: [command, ...options].join(' '),
    machine: describeMachine(),
    pytorch: results[0]?.pytorch,
    rounds,
    ...training,
  };
  const figures = { ...about, ...tables, details: table(({ details }) => details) };
  const whole = rounds >= usualRounds && values.profile === undefined;
  if (whole && Object.keys(models).every((key) => chosen.includes(key)))
    return writeResult('training', figures);
  console.log(JSON.stringify(figures, null, 2));
  console.log(`training: a smaller run than \`${command}\`, so nothing was written.`);
}
