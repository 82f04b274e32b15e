import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readModelFolder } from '../../src/files/modelFolder';
import { makeBatches, type Batch } from '../../src/models/batches';
import { blockShapes, transformerBlock } from '../../src/models/block';
import { normWeights } from '../../src/models/normTensors';
import { openModel } from '../../src/models/openModel';
import { rotaryTables } from '../../src/models/rotary';
import type { Transformer } from '../../src/models/transformer';
import { WeightReader } from '../../src/models/weights';
import type { Device } from '../../src/shared/words';
import { openDevice } from '../../src/tensors/device';
import { frozenNorm } from '../../src/tensors/ops/elementwise';
import { frozenLinear } from '../../src/tensors/ops/linear';
import type { RotaryTables } from '../../src/tensors/primitives/primitives';
import { readNumbers } from '../../src/tensors/readBack';
import { trace } from '../../src/tensors/tape';
import { close } from '../unit/tensors/close';
import { numbers } from '../unit/tensors/numbers';
import { onCpu } from '../unit/tensors/onCpu';
import { fixtureFolder, openFixture } from './fixture';

const rank = 2;
const stepCount = 3;

/** Adapters of one block: y = x Wᵀ + x Aᵀ Bᵀ (Hu et al. 2021), for every linear layer in it. */
class LoraBlock {
  private readonly adapters = new Map<string, { a: tf.Variable<tf.Rank.R2>; b: tf.Variable<tf.Rank.R2> }>();
  private weights: Record<string, tf.Tensor> = {};
  private readonly prefix: string;
  private tables: RotaryTables | undefined;

  constructor(
    private readonly model: Transformer,
    private readonly reader: WeightReader,
    private readonly layer: number,
  ) {
    this.prefix = `${model.folder.root}${model.folder.family.layers}${layer}.`;
    model.modules
      .filter((module) => module.layer === layer)
      .forEach(({ path, inFeatures, outFeatures }, index) => {
        const make = (rows: number, columns: number, seed: number): tf.Variable<tf.Rank.R2> =>
          // A variable outlives the scope; what it was made of does not.
          tf.tidy(() => tf.variable(tf.tensor2d(numbers(rows * columns, seed), [rows, columns]).mul(0.3)));
        const seed = 100 * layer + 2 * index;
        this.adapters.set(path, { a: make(rank, inFeatures, seed), b: make(outFeatures, rank, seed + 1) });
      });
  }

  async load(): Promise<void> {
    const inside = blockShapes(this.model.spec.block(this.layer), (name) =>
      this.reader.has(this.prefix + name),
    );
    const shapes = Object.fromEntries(Object.entries(inside).map(([name, of]) => [this.prefix + name, of]));
    this.weights = await this.reader.load(shapes);
  }

  get trained(): tf.Variable<tf.Rank.R2>[] {
    return [...this.adapters.values()].flatMap(({ a, b }) => [a, b]);
  }

  forward(x: tf.Tensor2D, { members, length, lengths }: Batch): tf.Tensor2D {
    const own = Object.fromEntries(
      Object.entries(this.weights).map(([name, tensor]) => [name.slice(this.prefix.length), tensor]),
    );
    return transformerBlock(
      this.model.spec.block(this.layer),
      x,
      { batch: members.length, length, lengths, bottom: false },
      {
        norm: (input, spec) => frozenNorm(input, normWeights(spec, own), spec.form),
        rotary: (form) => (this.tables ??= keptTables(form, length)),
        linear: (input, { name, orientation }) => {
          const weight = own[`${name}.weight`] as tf.Tensor2D;
          const bias = own[`${name}.bias`] as tf.Tensor1D | undefined;
          const y = frozenLinear(input, { weight, bias, orientation });
          const { a, b } = this.adapters.get(this.prefix + name)!;
          return tf.add(y, tf.matMul(tf.matMul(input, a, false, true), b, false, true));
        },
      },
    );
  }

  dispose(): void {
    const { cos, sin } = this.tables ?? {};
    tf.dispose([this.weights, this.trained, { ...(cos && { cos }), ...(sin && { sin }) }]);
  }
}

/** They outlive the pass that asks for them first. */
function keptTables(...of: Parameters<typeof rotaryTables>): RotaryTables {
  const tables = rotaryTables(...of);
  tf.keep(tables.cos);
  tf.keep(tables.sin);
  return tables;
}

/** Some steps of Adam on one batch. @returns the loss before each, and what the adapters are at the end */
async function train(name: string): Promise<{ losses: number[]; adapters: number[][] }> {
  const { samples } = await openFixture(name);
  const model = openModel(await readModelFolder(fixtureFolder(name)));
  const reader = new WeightReader(model.folder);
  const blocks = Array.from({ length: model.layers }, (_, layer) => new LoraBlock(model, reader, layer));
  for (const block of blocks) await block.load();
  await model.head.load();
  const batch = makeBatches(samples, 8, 0)[0]!;
  const trained = blocks.flatMap((block) => block.trained);
  const optimizer = tf.train.adam(0.02);
  const losses: number[] = [];
  for (let step = 0; step < stepCount; step++) {
    const embedded = await model.embed(batch);
    const traced = trace(trained, () => blocks.reduce((x, block) => block.forward(x, batch), embedded));
    const outcome = await model.head.run({ x: traced.value as tf.Tensor2D, batch }, { kind: 'empirical' });
    const gradients = traced.pullback(outcome.gradient);
    optimizer.applyGradients(trained.map((variable, i) => ({ name: variable.name, tensor: gradients[i]! })));
    losses.push(outcome.losses.reduce((sum, loss) => sum + loss, 0));
    tf.dispose([embedded, ...gradients]);
    traced.dispose();
  }
  const adapters: number[][] = [];
  for (const variable of trained) adapters.push([...(await readNumbers(variable))]);
  optimizer.dispose();
  for (const block of blocks) block.dispose();
  await reader.close();
  await model.dispose();
  return { losses, adapters };
}

/** The adapters of a later issue stand on this: a device's training steps are those of the CPU within float32. */
describe('training steps', () => {
  const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;
  before(() => openDevice(device, 1));

  // Software for a card is slow.
  for (const name of device === 'webgpu' ? ['llama-1', 'gpt2-1'] : ['llama-1', 'gpt2-1', 'bert-1']) {
    it(`of LoRA in ${name} agree with plain JavaScript, and learn`, async () => {
      const before = tf.memory().numTensors;
      const ours = await train(name);
      assert.equal(tf.memory().numTensors, before, 'left behind');
      const expected = await onCpu(() => train(name));
      close(ours.losses, expected.losses, 2e-5, 'losses');
      expected.adapters.forEach((values, index) =>
        close(ours.adapters[index]!, values, 2e-4, `adapter ${index}`),
      );
      assert.ok(ours.losses.at(-1)! < ours.losses[0]!, ours.losses.join(', '));
    });
  }
});
