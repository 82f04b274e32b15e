import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { training } from './lib/compareTraining';
import { makeData } from './lib/makeData';
import { Trainer, type TrainerSettings, type TrainingRun } from './lib/trainers';
import { describeMachine, median, writeResult } from './results';

const rounds = 7;
const steps = 20;
const [samples, tokens, vocabulary] = [8, 64, 2048];

/**
 * What dynamic LoRA adds to a step of LoRA, all its switches on (layer weights, factor of the input, ranks moved in every tenth
 * step): the same model, batch and rank, each in a process of its own, in turn; the median over rounds of the ratio of their
 * mean steps. The paper claims 0.1 %; its method is not public, and ours is another.
 *
 *     npm run bench -- dynamic
 */
export async function benchDynamic(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  const data = path.join(folder, 'data.jsonl');
  await makeData(data, { samples, tokens, vocabulary });
  const settings: TrainerSettings = {
    ...{ ...training, data, adapter: path.join(folder, 'adapter.safetensors') },
    model: path.resolve(__dirname, '../media/sample/model'),
    targets: ['q_proj', 'v_proj', 'down_proj'],
  };
  const sides: Trainer[] = [];
  try {
    for (const dynamic of [false, true]) sides.push(await Trainer.ours({ ...settings, dynamic }));
    const [plain, dynamic] = sides as [Trainer, Trainer];
    const pairs: { lora: number; dynamic: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      pairs.push({ lora: meanOf(await plain.run(steps)), dynamic: meanOf(await dynamic.run(steps)) });
    }
    // The first warms up.
    const counted = pairs.slice(1);
    const ratios = counted.map((pair) => pair.dynamic / pair.lora);
    writeResult('dynamic', {
      command: 'npm run bench -- dynamic',
      machine: describeMachine(),
      ...{ ...training, samples, tokens, rounds, stepsARound: steps },
      overheadPercent: Number((100 * (median(ratios) - 1)).toFixed(1)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
      secondsAStep: {
        lora: Number(median(counted.map(({ lora }) => lora)).toPrecision(4)),
        dynamic: Number(median(counted.map((pair) => pair.dynamic)).toPrecision(4)),
      },
    });
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

const meanOf = ({ seconds }: TrainingRun): number =>
  seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
