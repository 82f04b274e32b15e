import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Adapter } from '../../src/adapters/adapter';
import { DynamicLora } from '../../src/adapters/dynamicLora';
import { Lora } from '../../src/adapters/lora';
import { chooseTrainingMemory, type TrainingMemory } from '../../src/engine/training/trainingMemory';
import { AdamW } from '../../src/engine/training/adamW';
import { addAll } from '../../src/engine/training/addInto';
import { clipByGlobalNorm } from '../../src/engine/training/clip';
import { Placed } from '../../src/engine/training/placed';
import { stepBatches } from '../../src/engine/training/stepBatches';
import { TrainingPass } from '../../src/engine/training/trainingPass';
import { loadWhole } from '../../src/engine/scoring/tapePass';
import { hostHolder } from '../../src/engine/scoring/holder';
import { readModelFolder } from '../../src/files/modelFolder';
import { writeSafetensors } from '../../src/files/safetensorsWrite';
import { openModel } from '../../src/models/openModel';
import type { Sample } from '../../src/models/samples';
import type { Transformer } from '../../src/models/transformer';
import { openDevice } from '../../src/tensors/device';
import type { TrainerSettings, TrainingRun } from './trainers';

/** Dynamic LoRA's, with its other options as usual; updates come in every tenth step, five times as often. */
const allSwitches = {
  ...{ layerWeights: true, reallocate: true, inputFactor: 0.1, smoothing: 0.9, interval: 10 },
  ...{ warmupRatio: 0, temperature: 1, rankMin: 1, rankMaxFactor: 4 },
} as const;

/**
 * The engine's training of one adapter on one batch, step by step: what a `Trial` does in a step, out of the same parts.
 * The whole data is a step; it is cut into batches as the engine cuts it.
 */
class OurTrainer {
  private readonly placed = new Placed();
  private readonly pass: TrainingPass;
  private readonly optimizer: AdamW;
  private steps = 0;

  private constructor(
    private readonly model: Transformer,
    private readonly adapter: Adapter,
    private readonly samples: readonly Sample[],
    private readonly memory: TrainingMemory,
    private readonly settings: TrainerSettings,
    readonly description: string,
  ) {
    this.pass = new TrainingPass(model, adapter, this.placed, memory);
    this.optimizer = new AdamW(adapter.parameters.filter(({ trained }) => trained));
    this.placed.refresh(adapter.parameters);
  }

  /** Loads the model, and writes the adapter that training begins with to `settings.adapter`. */
  static async open(settings: TrainerSettings): Promise<OurTrainer> {
    const { rank, alpha, targets, threads } = settings;
    const { description } = await openDevice('native', threads);
    const model = openModel(await readModelFolder(settings.model));
    const adapted = model.modules.filter(({ path }) => targets.some((target) => path.endsWith(`.${target}`)));
    const modules = adapted.map((module) => ({ module, rank, alpha, experts: 1 }));
    const usual = { dropout: 0, rankStabilized: false };
    const adapter =
      settings.dynamic === true
        ? new DynamicLora(modules, { ...usual, ...allSwitches }, model.spec.width, 1)
        : new Lora(modules, usual, 1);
    const written = adapter.parameters.map(({ name, shape, values }) => ({ name, shape, data: values }));
    await writeSafetensors(
      settings.adapter,
      written.map((tensor) => ({ ...tensor, dtype: 'F32' })),
    );
    const lines = (await readFile(settings.data, 'utf8')).trim().split('\n');
    const samples = lines.map((line) => {
      const { input_ids: ids } = JSON.parse(line) as { input_ids: number[] };
      return { ids, targets: ids };
    });
    const parameters = adapter.parameters.reduce((sum, { values }) => sum + values.length, 0);
    const sizes = { batchSize: samples.length, parameters, firstLayer: adapter.layers[0] ?? 0 };
    const memory = chooseTrainingMemory(model, samples, sizes, hostHolder(true));
    if (memory.streaming) await model.head.load();
    else await loadWhole(model);
    return new OurTrainer(model, adapter, samples, memory, settings, description);
  }

  get about() {
    const { mode, tokens } = this.memory;
    const parameters = this.adapter.parameters.reduce((sum, { values }) => sum + values.length, 0);
    return { ours: this.description, memory: `${mode}, batches of ${tokens} tokens at most`, parameters };
  }

  /** One step. @returns the loss before it */
  async step(): Promise<number> {
    const { samples, adapter, settings } = this;
    const gradients = new Map<string, Float32Array>();
    const noted = new Map<string, Float32Array>();
    let loss = 0;
    const batches = stepBatches(samples, [...samples.keys()], {
      tokens: this.memory.tokens,
      boundary: this.model.spec.lengthBoundary,
      seed: this.steps++,
    });
    for (const batch of batches) {
      const result = await this.pass.gradients(batch);
      loss += result.loss;
      addAll(gradients, result.gradients);
      addAll(noted, result.noted);
    }
    clipByGlobalNorm(gradients, settings.maxGradNorm);
    this.optimizer.step(gradients, settings.learningRate, settings.weightDecay);
    // So many that the warm-up is over soon.
    adapter.afterStep?.({ step: this.steps, steps: 1000, gradients, noted });
    for (const { name, values, trained } of adapter.parameters) {
      if (!trained || gradients.get(name)?.length === values.length) continue;
      const empty = new Float32Array(values.length);
      this.optimizer.replace(name, values, empty, empty);
      this.optimizer.forget(name);
    }
    this.placed.refresh(adapter.parameters);
    return loss;
  }
}

async function run(trainer: OurTrainer, steps: number): Promise<TrainingRun> {
  const [losses, seconds]: [number[], number[]] = [[], []];
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    losses.push(await trainer.step());
    seconds.push((performance.now() - started) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return { losses, seconds, cpuSeconds: (user + system) / 1e6, peakRssBytes: Number(peak) * 1024 };
}

/** Says what it is, then answers each line `run N` with N steps; as train_torch.py. */
async function serve(settings: TrainerSettings): Promise<void> {
  const say = (record: object): void => void process.stdout.write(`${JSON.stringify(record)}\n`);
  const trainer = await OurTrainer.open(settings);
  say(trainer.about);
  // The kernel counts the peak from here.
  writeFileSync('/proc/self/clear_refs', '5');
  for await (const line of createInterface({ input: process.stdin })) {
    say(await run(trainer, Number(line.split(' ')[1])));
  }
}

if (require.main === module) {
  serve(JSON.parse(process.argv[2]!) as TrainerSettings).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
