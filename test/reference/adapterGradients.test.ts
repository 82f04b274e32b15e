import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { Adapter } from '../../src/adapters/adapter';
import type { AdaptedModule } from '../../src/adapters/adapted';
import { Lily } from '../../src/adapters/lily';
import { Lora } from '../../src/adapters/lora';
import { MoeLora } from '../../src/adapters/moeLora';
import type { Parameter } from '../../src/adapters/parameter';
import { WithHead } from '../../src/adapters/withHead';
import { Placed } from '../../src/engine/training/placed';
import { headTensors, trainedHead } from '../../src/engine/training/trainedHead';
import { TrainingPass, type PassMemory, type PassResult } from '../../src/engine/training/trainingPass';
import { makeBatches, type Batch } from '../../src/models/batches';
import type { Transformer } from '../../src/models/transformer';
import type { Device, Module } from '../../src/shared/words';
import { openDevice } from '../../src/tensors/device';
import { close } from '../unit/tensors/close';
import { numbers } from '../unit/tensors/numbers';
import { onCpu } from '../unit/tensors/onCpu';
import { openFixture } from './fixture';

const lora = { dropout: 0, rankStabilized: false };
const moe = { ...lora, topK: 2, balance: 0 };
const lily = { strideA: 2, numB: 2, scaling: 0.7 } as const;

/** Attention and MLP of every layer but the lowest: what is below the lowest adapter gets no gradient. */
const adapted = (modules: readonly Module[], experts: number): AdaptedModule[] =>
  modules
    .filter(({ layer, role }) => layer > 0 && (role === 'v' || role === 'down' || role === 'qkv'))
    .map((module) => ({ module, rank: 2, alpha: 3, experts }));

interface Kind {
  readonly name: string;
  readonly make: (modules: readonly Module[]) => Adapter;
  /** How far along the gradient the loss is looked at. */
  readonly step?: number;
}

const kinds: readonly Kind[] = [
  { name: 'LoRA', make: (modules) => new Lora(adapted(modules, 1), lora, 1) },
  {
    name: 'LoRA with dropout and rank-stabilized scale',
    make: (modules) => new Lora(adapted(modules, 1), { dropout: 0.3, rankStabilized: true }, 1),
  },
  {
    name: 'MoE-LoRA, one A and dense routing',
    make: (modules) => new MoeLora(adapted(modules, 3), { ...moe, form: 'hydra' }, 1),
  },
  {
    name: 'MoE-LoRA, pairs and top 2 of 3',
    // Of one module, and near by: a token that is turned to another expert has no derivative.
    step: 1e-3,
    make: (modules) => new MoeLora(adapted(modules, 3).slice(-1), { ...moe, form: 'mola' }, 1),
  },
  {
    name: 'Lily by sample',
    make: (modules) =>
      new Lily(adapted(modules, 1), { ...lily, router: 'mean-of-softmax', perSample: true }, 1),
  },
  {
    name: 'Lily by batch, softmax of the sum',
    make: (modules) =>
      new Lily(adapted(modules, 1), { ...lily, router: 'softmax-of-sum', perSample: false }, 1),
  },
];

/** B is zero at the start, where half of the gradients are zero too. */
function disturb(parameters: readonly Parameter[]): void {
  parameters.forEach(({ values }, index) =>
    values.forEach((_, i) => (values[i] = 0.2 * (numbers(values.length, index + 5)[i] ?? 0))),
  );
}

async function passOf(
  model: Transformer,
  adapter: Adapter,
  batch: Batch,
  memory: PassMemory,
): Promise<PassResult> {
  const placed = new Placed();
  placed.refresh(adapter.parameters);
  try {
    const pass = new TrainingPass(model, adapter, placed, memory);
    return await pass.gradients({ batch, scale: 0.5, share: 1, seed: 3 });
  } finally {
    placed.dispose();
  }
}

describe('gradients of adapters', () => {
  const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;
  before(() => openDevice(device, 1));
  const whole = { recompute: false, streaming: false };

  // Software for a card is slow: there one model, of each kind of operation one, and plain JavaScript's gradients, which are
  // held to finite differences themselves, in the place of four passes for each parameter.
  const slow = device === 'webgpu';
  const those = slow ? 'plain JavaScript' : 'finite differences';
  for (const folder of slow ? ['llama-1'] : ['llama-1', 'gpt2-1']) {
    for (const { name, make, step = 1e-2 } of slow ? kinds.slice(3, 4) : kinds) {
      it(`of ${name} in ${folder} are those of ${those}, however memory is spent`, () =>
        check(folder, (model) => make(model.modules), step));
    }
  }

  // Two layers with biases, one layer without, one behind a norm; first token and last.
  for (const folder of slow ? ['bert-1'] : ['bert-1', 'roberta-1', 'vit-1', 'gpt2-cls-1', 'llama-cls-1']) {
    it(`of the head of ${folder} beside an adapter are those of ${those}`, () =>
      check(folder, async (model) => {
        const { head } = model.spec;
        const parts = head.kind === 'classes' ? head.layers.map(({ linear }) => linear.name) : [];
        const trained = await trainedHead(headTensors(model, parts));
        assert.ok(trained.length > 0);
        return new WithHead(new Lora(adapted(model.modules, 1), lora, 1), trained);
      }));
  }

  type Make = (model: Transformer) => Adapter | Promise<Adapter>;
  async function opened(folder: string, make: Make) {
    const { model, samples } = await openFixture(folder);
    await model.head.load();
    const batch = makeBatches(samples, 8, 0)[0]!;
    const adapter = await make(model);
    disturb(adapter.parameters.filter((one) => adapter.head?.includes(one) !== true));
    return { model, batch, adapter };
  }

  async function check(folder: string, make: Make, step = 1e-2): Promise<void> {
    const { model, batch, adapter } = await opened(folder, make);
    const before = tf.memory().numTensors;
    const { gradients, loss } = await passOf(model, adapter, batch, whole);
    const loaded = tf.memory().numTensors;
    const again = await passOf(model, adapter, batch, { ...whole, recompute: true });
    assert.equal(tf.memory().numTensors, loaded, 'left behind');
    assert.ok(loaded > before);
    close([again.loss], [loss], 1e-6, 'loss, blocks computed again');
    assert.deepEqual([...again.gradients.keys()].sort(), [...gradients.keys()].sort());
    const exact = slow ? await inPlainJavaScript(folder, make) : undefined;
    if (exact) close([loss], [exact.loss], 1e-6, 'loss');
    for (const parameter of adapter.parameters) {
      const gradient = [...gradients.get(parameter.name)!];
      close([...again.gradients.get(parameter.name)!], gradient, 2e-5, `${parameter.name}, computed again`);
      if (exact) close(gradient, [...exact.gradients.get(parameter.name)!], 2e-5, parameter.name);
      else await differentiate(model, adapter, batch, parameter, gradient, step);
    }
    await model.dispose();
  }

  const inPlainJavaScript = (folder: string, make: Make): Promise<PassResult> =>
    onCpu(async () => {
      const { model, batch, adapter } = await opened(folder, make);
      const result = await passOf(model, adapter, batch, whole);
      await model.dispose();
      return result;
    });

  /** Along the gradient itself the loss rises by its squared norm: one number tells of all entries. */
  async function differentiate(
    model: Transformer,
    adapter: Adapter,
    batch: Batch,
    { name, values }: Parameter,
    gradient: readonly number[],
    step: number,
  ): Promise<void> {
    const kept = Float32Array.from(values);
    const norm = Math.hypot(...gradient);
    assert.ok(norm > 0, `${name} has no gradient`);
    const at = async (steps: number): Promise<number> => {
      kept.forEach((value, i) => (values[i] = value + (steps * step * (gradient[i] ?? 0)) / norm));
      return (await passOf(model, adapter, batch, whole)).loss;
    };
    // Of fourth order: a larger step keeps float32's rounding small.
    const near = (await at(1)) - (await at(-1));
    const far = (await at(2)) - (await at(-2));
    const slope = (8 * near - far) / (12 * step);
    values.set(kept);
    // The loss itself is known to some 1e-7 of its size.
    assert.ok(
      Math.abs(slope - norm) < 5e-3 * norm + 1e-6 / step,
      `${name}: ${norm}, by differences ${slope}`,
    );
  }
});
