import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Adapter, Pass } from '../../src/adapters/adapter';
import { Lora } from '../../src/adapters/lora';
import type { NamedArray } from '../../src/shared/namedArray';
import { mergeFolder } from '../../src/peft/mergeFolder';
import { readAdapter, type ReadAdapter } from '../../src/peft/read';
import { Placed } from '../../src/engine/training/placed';
import { TrainingPass } from '../../src/engine/training/trainingPass';
import { readModelFolder, type ModelFolder } from '../../src/files/modelFolder';
import { readTensorFloat32 } from '../../src/files/safetensors';
import { writeSafetensors, type TensorToWrite } from '../../src/files/safetensorsWrite';
import { makeBatches, type Batch } from '../../src/models/batches';
import { openModel } from '../../src/models/openModel';
import type { AnySample } from '../../src/models/samples';
import type { Transformer } from '../../src/models/transformer';
import type { Device } from '../../src/shared/words';
import { openDevice } from '../../src/tensors/device';
import { temporaryFolder } from '../unit/files/temporary';
import { close } from '../unit/tensors/close';
import { fixtureFolder, openFixture, type MatrixScores } from './fixture';
import { logitsOf } from './passes';

/** What PEFT and PyTorch give in float64 for an adapter on its model, and for the merged weights. */
interface Expected {
  readonly scaling: number;
  readonly logits: Logits;
  readonly loss_per_sample: readonly number[];
  readonly merged_logits: Logits;
  readonly merged_loss_per_sample: readonly number[];
  /** Scores of each A and B. */
  readonly matrices: Readonly<Record<string, MatrixScores>>;
}
type Logits = readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];

/** Those of the models' own numbers. */
const tolerance = { logits: 2e-5, losses: 1e-5, scores: 1e-4 };
const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;
const running = new AbortController().signal;
const whole = { recompute: false, streaming: false };
const everyAdapter = [
  ['llama-1', 'lora'],
  // Weights stored in × out, q, k and v in one.
  ['gpt2-1', 'lora'],
  ['bert-1', 'lora'],
  // Its classifier was trained too, and takes the place of the model's.
  ['bert-1', 'lora-seqcls'],
] as const;
// Software for a card is slow.
const adapters = device === 'webgpu' ? everyAdapter.slice(0, 1) : everyAdapter;

describe(`adapters of PEFT on '${device}'`, () => {
  const temporary = temporaryFolder();
  before(() => openDevice(device, 1));

  for (const [name, adapterName] of adapters) {
    describe(`${name}/${adapterName}`, () => {
      let expected: Expected;
      let read: ReadAdapter;
      let base: ModelFolder;
      let samples: readonly AnySample[];
      let before: number[];
      const tensors = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];

      beforeEach(async () => {
        before = tensors();
        const folder = path.join(fixtureFolder(name), adapterName);
        expected = JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')) as Expected;
        base = await readModelFolder(fixtureFolder(name));
        read = await readAdapter(folder, base);
        const opened = await openFixture(name);
        ({ samples } = opened);
        await opened.model.dispose();
      });
      afterEach(() => assert.deepEqual(tensors(), before, 'no tensor is left behind'));

      it('gives the logits and losses', async () => {
        const model = await modelWith(base, read.modulesToSave);
        for (const { scaling } of read.modules.values()) close([scaling], [expected.scaling], 1e-8, 'scale');
        const { logits, losses } = await judged(model, loraOf(read, model));
        checkLogits(logits, expected.logits);
        checkLosses(losses, expected.loss_per_sample);
        await model.dispose();
      });

      it('gives the gradients of every A and B', async () => {
        const model = await modelWith(base, read.modulesToSave);
        const adapter = loraOf(read, model);
        const found = await gradientsOf(model, adapter);
        assert.deepEqual(
          adapter.parameters.map((one) => `base_model.model.${one.name}.weight`).sort(),
          Object.keys(expected.matrices).sort(),
        );
        for (const { name: own, values } of adapter.parameters) {
          const gradients = found.map((of) => of.get(own)!);
          checkScores(own, values, gradients, expected.matrices[`base_model.model.${own}.weight`]!);
        }
        await model.dispose();
      });

      it('gives the same logits merged into the weights', async () => {
        const out = path.join(temporary.path, `${folders++}`);
        const adapter = path.join(fixtureFolder(name), adapterName);
        const { modules } = await mergeFolder(adapter, base, out, () => undefined, running);
        assert.equal(modules, read.modules.size);
        const model = openModel(await readModelFolder(out));
        // An adapter of no module: what is left is the model itself.
        const { logits, losses } = await judged(model, new Lora([], plain, 1));
        checkLogits(logits, expected.merged_logits);
        checkLosses(losses, expected.merged_loss_per_sample);
        checkLogits(logits, expected.logits);
        await model.dispose();
      });

      /** Logits [sample][row][column] and losses of all samples in one batch, with padding. */
      async function judged(model: Transformer, adapter: Adapter) {
        const batches = makeBatches(samples, 8, 0);
        const placed = new Placed();
        placed.refresh(adapter.parameters);
        await model.head.load();
        const pass = new TrainingPass(model, adapter, placed, whole);
        const losses: number[] = [];
        const last: tf.Tensor2D[] = [];
        for (const batch of batches) {
          const verdict = await pass.judge(batch);
          batch.members.forEach((sample, row) => (losses[sample] = verdict.losses[row]!));
          last.push(await lastHidden(model, adapter, placed, batch));
        }
        const logits = await logitsOf(model, batches, last);
        tf.dispose(last);
        placed.dispose();
        return { logits, losses };
      }

      /** Each sample's own gradients: of its mean loss, in a batch by itself; memory is spent in every way in turn. */
      async function gradientsOf(model: Transformer, adapter: Adapter) {
        const placed = new Placed();
        placed.refresh(adapter.parameters);
        await model.head.load();
        const found: ReadonlyMap<string, Float32Array>[] = [];
        for (const [index, batch] of makeBatches(samples, 1, 0).entries()) {
          const memory = { recompute: index % 2 === 1, streaming: index >= 2 };
          const pass = new TrainingPass(model, adapter, placed, memory);
          const { gradients } = await pass.gradients({ batch, scale: 1, share: 1, seed: 0 });
          found[batch.members[0]!] = gradients;
          if (!memory.streaming) continue;
          for (const module of model.modules) assert.throws(() => model.weight(module), /was not loaded/);
        }
        placed.dispose();
        return found;
      }
    });
  }

  let folders = 0;

  /** The model with other numbers for some of its tensors, as a folder of its own would have them. */
  async function modelWith(
    base: ModelFolder,
    replaced: ReadonlyMap<string, NamedArray>,
  ): Promise<Transformer> {
    const folder = path.join(temporary.path, `${folders++}`);
    await mkdir(folder);
    await cp(path.join(base.dir, 'config.json'), path.join(folder, 'config.json'));
    const written: TensorToWrite[] = [];
    for (const tensor of base.tensors.keys()) {
      const { shape, values } = replaced.get(tensor) ?? (await tensorOf(base, tensor));
      written.push({ name: tensor, dtype: 'F32', shape, data: values });
    }
    assert.ok([...replaced.keys()].every((tensor) => base.tensors.has(tensor)));
    await writeSafetensors(path.join(folder, 'model.safetensors'), written);
    return openModel(await readModelFolder(folder));
  }
});

const plain = { dropout: 0, rankStabilized: false };

async function tensorOf({ tensors }: ModelFolder, name: string): Promise<NamedArray> {
  const entry = tensors.get(name)!;
  return { shape: entry.shape, values: await readTensorFloat32(entry.file, entry) };
}

function loraOf({ config, modules, arrays }: ReadAdapter, model: Transformer): Lora {
  const adapted = model.modules.flatMap((module) => {
    const row = modules.get(module.path);
    return row === undefined ? [] : [{ module, rank: row.rank, alpha: row.alpha, experts: 1 }];
  });
  assert.equal(adapted.length, modules.size);
  const rankStabilized = config.peft_type === 'LORA' && config.use_rslora;
  const lora = new Lora(adapted, { dropout: 0, rankStabilized }, 1);
  lora.restore(arrays);
  return lora;
}

async function lastHidden(
  model: Transformer,
  adapter: Adapter,
  placed: Placed,
  batch: Batch,
): Promise<tf.Tensor2D> {
  const pass: Pass = {
    ...{ batch, tensors: placed.tensor, training: false, share: 1, seed: 0 },
    note: () => undefined,
  };
  let x = await model.embed(batch);
  for (let layer = 0; layer < model.layers; layer++) {
    await model.loadBlock(layer);
    const before = x;
    x = tf.tidy(() => model.block(layer, before, batch, undefined, adapter.layer(layer, before, pass).adapt));
    before.dispose();
  }
  return x;
}

function checkLogits(found: number[][][], logits: Logits): void {
  const rows = logits.map((of) => (typeof of[0] === 'number' ? [of] : of) as readonly (readonly number[])[]);
  assert.deepEqual(
    found.map((of) => of.map((row) => row.length)),
    rows.map((of) => of.map((row) => row.length)),
  );
  close(found.flat(2), rows.flat(2), tolerance.logits, 'logits');
}

function relative(actual: number | undefined, expected: number, most: number, what: string): void {
  // Written so that a NaN and an absent number fail.
  const error = Math.abs((actual ?? NaN) - expected) / Math.abs(expected);
  assert.ok(error <= most, `${what}: ${actual} against ${expected}, relative error ${error}`);
}

function checkLosses(found: readonly number[], losses: readonly number[]): void {
  assert.equal(found.length, losses.length);
  losses.forEach((loss, sample) =>
    relative(found[sample], loss, tolerance.losses, `loss of sample ${sample}`),
  );
}

/** @param gradients one a sample */
function checkScores(
  name: string,
  values: Float32Array,
  gradients: readonly Float32Array[],
  wanted: MatrixScores,
): void {
  const check = (actual: number, of: number, what: string): void =>
    relative(actual, of, tolerance.scores, `${name}, ${what}`);
  const norms = gradients.map((gradient) => squaredNorm(gradient));
  assert.equal(norms.length, wanted.per_sample_grad_sq_norm.length);
  wanted.per_sample_grad_sq_norm.forEach((norm, sample) => check(norms[sample]!, norm, `sample ${sample}`));
  check(norms.reduce((sum, norm) => sum + norm, 0) / norms.length, wanted.fisher_trace, 'Fisher trace');
  const mean = Float64Array.from(values, (_, i) =>
    gradients.reduce((sum, gradient) => sum + gradient[i]! / gradients.length, 0),
  );
  check(squaredNorm(mean), wanted.mean_grad_sq_norm, 'mean gradient');
  const salience = mean.reduce((sum, slope, i) => sum + Math.abs(slope * values[i]!), 0);
  check(salience, wanted.taylor_abs_sum, 'Taylor salience');
}

const squaredNorm = (of: Float32Array | Float64Array): number => {
  let sum = 0;
  for (const value of of) sum += value * value;
  return sum;
};
