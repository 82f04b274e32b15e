import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { explainedVariance } from '../../../../src/engine/eva/explainedVariance';
import { HiddenStates } from '../../../../src/engine/eva/hiddenStates';
import { InputMoments } from '../../../../src/engine/eva/inputMoments';
import type { ScoreRequest } from '../../../../src/engine/request';
import { scoreModel } from '../../../../src/engine/scoreModel';
import type { UnstampedRunEvent } from '../../../../src/shared/runEvents';
import { scoreFileSchema, type ScoreFile } from '../../../../src/shared/scoreFile';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';
import { never, nowhere, requestIn } from '../requests';
import { writeSmallExperiment } from '../smallExperiment';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Rows to moments, in pieces; row i is of half i % 2. */
async function momentsOf(rows: readonly (readonly number[])[], pieces: number): Promise<InputMoments> {
  const moments = new InputMoments(rows[0]!.length);
  const size = Math.ceil(rows.length / pieces);
  for (let from = 0; from < rows.length; from += size) {
    const own = rows.slice(from, from + size);
    const x = tf.tensor2d(own as number[][]);
    const places = (half: number) => Int32Array.from([...own.keys()].filter((i) => (from + i) % 2 === half));
    await moments.add(x, [places(0), places(1)])();
    x.dispose();
  }
  return moments;
}

/** Shares of the variance by ml-matrix, from all rows at once in float64. */
function exactly(rows: readonly (readonly number[])[]): number[] {
  const centered = new Matrix(rows as number[][]).center('column');
  const scatter = centered.transpose().mmul(centered);
  const { realEigenvalues } = new EigenvalueDecomposition(scatter, { assumeSymmetric: true });
  return realEigenvalues.map((value) => value / scatter.trace()).sort((a, b) => b - a);
}

const rowsOf = (count: number, width: number, seed: number, offset = 0): number[][] =>
  Array.from({ length: count }, (_, i) =>
    [...numbers(width, seed * 1000 + i)].map((value, j) => offset + value / (1 + j)),
  );

describe('explained variance', () => {
  before(async () => {
    await openDevice('native', 1);
  });

  it('is that of the exact decomposition of all rows, however they came and however far they lie from 0', async () => {
    const cases = fc.record({
      count: fc.integer({ min: 4, max: 40 }),
      width: fc.integer({ min: 1, max: 9 }),
      pieces: fc.integer({ min: 1, max: 5 }),
      seed: fc.integer({ min: 0, max: 99 }),
      offset: fc.constantFrom(0, 100),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, width, pieces, seed, offset }) => {
        const tensors = tf.memory().numTensors;
        const rows = rowsOf(count, width, seed, offset);
        const moments = await momentsOf(rows, pieces);
        const { components, halves } = await explainedVariance(moments, width);
        const wanted = exactly(rows);
        components.forEach((share, i) =>
          assert.ok(Math.abs(share - wanted[i]!) < 2e-5, `${share}, ${wanted[i]}`),
        );
        assert.ok(Math.abs(total(components) - 1) < 1e-6, 'all components explain everything');
        assert.ok(components.every((share, i) => i === 0 || share <= components[i - 1]!));
        halves.forEach((half) => assert.ok(Math.abs(half - 1) < 1e-6));
        moments.dispose();
        assert.equal(tf.memory().numTensors, tensors);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('of inputs on a line is in the first component alone, and of halves is each by itself', async () => {
    const line = Array.from({ length: 20 }, (_, i) => [1 + i, 2 - 3 * i, 0.5 * i]);
    const on = await momentsOf(line, 3);
    const { components } = await explainedVariance(on, 2);
    assert.ok(components[0]! > 1 - 1e-5 && components[1]! < 1e-5);
    const rows = rowsOf(30, 6, 2);
    const both = await momentsOf(rows, 2);
    const { halves } = await explainedVariance(both, 2);
    for (const half of [0, 1]) {
      const wanted = total(exactly(rows.filter((_, i) => i % 2 === half)).slice(0, 2));
      assert.ok(Math.abs(halves[half]! - wanted) < 1e-5);
    }
    for (const moments of [on, both]) moments.dispose();
  });

  it('of inputs that never change is 0', async () => {
    const still = await momentsOf(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      1,
    );
    assert.deepEqual((await explainedVariance(still, 2)).components, [0, 0]);
    still.dispose();
  });
});

describe('the estimator eva', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const scored = async (
    change: Partial<ScoreRequest> = {},
    sink: (event: UnstampedRunEvent) => void = nowhere,
  ) => {
    const request = requestIn(folder.path, { estimator: 'eva', components: 4, ...change });
    return (await scoreModel(request, sink, never)).scores;
  };

  it('gives whole score files, in which modules with one input have one decomposition', async () => {
    const tensors = tf.memory().numTensors;
    const events: UnstampedRunEvent[] = [];
    const scores = await scored({}, (event) => events.push(event));
    assert.equal(tf.memory().numTensors, tensors);
    for (const file of scores) {
      assert.deepEqual(scoreFileSchema.parse(file), file);
      assert.equal(file.meanLoss, undefined);
      for (const { components, score, standardError } of file.modules) {
        assert.equal(components!.length, 4);
        close([score], [total(components!)], 1e-12, 'score');
        assert.ok(score > 0 && score <= 1 + 1e-9 && standardError >= 0);
      }
      const of = (layer: number, role: string) =>
        file.modules.find((module) => module.layer === layer && module.role === role)!.components;
      for (const layer of [0, 1]) {
        assert.deepEqual(of(layer, 'q'), of(layer, 'k'));
        assert.deepEqual(of(layer, 'q'), of(layer, 'v'));
        assert.deepEqual(of(layer, 'gate'), of(layer, 'up'));
        assert.notDeepEqual(of(layer, 'q'), of(layer, 'o'));
        assert.notDeepEqual(of(layer, 'q'), of(layer, 'up'));
      }
      assert.notDeepEqual(of(0, 'q'), of(1, 'q'));
      file.layers.forEach(({ layer, score, standardError }) => {
        const own = file.modules.filter((module) => module.layer === layer);
        close([score], [total(own.map((module) => module.score))], 1e-12, `layer ${layer}`);
        assert.ok(standardError > 0);
      });
    }
    const last = events.findLast(({ type }) => type === 'scores');
    assert.ok(last?.type === 'scores' && last.samplesDone === last.samplesTotal);
  });

  it('does not depend on how samples are batched and padded, nor on the tasks beside', async () => {
    const single = await scored({ batchSize: 1 });
    const [, second] = requestIn(folder.path).tasks;
    const alone = (await scored({ batchSize: 7, tasks: [second!] }))[0]!;
    const shares = ({ modules }: ScoreFile): number[] =>
      modules.flatMap(({ components, standardError }) => [...components!, standardError]);
    shares(alone).forEach((share, i) => assert.ok(Math.abs(share - shares(single[1]!)[i]!) < 2e-5));
  });

  it('explains everything where all components are asked for', async () => {
    for (const { modules } of await scored({ components: 1000 }))
      for (const { components, inFeatures } of modules) {
        assert.equal(components!.length, inFeatures);
        assert.ok(Math.abs(total(components!) - 1) < 1e-6);
      }
  });

  it('has no error and no stability of one sample, and takes no drawn labels', async () => {
    const [one] = await scored({ samples: 1 });
    assert.ok(one!.modules.every(({ standardError }) => standardError === 0));
    assert.deepEqual(one!.stability, { halvesKendallTau: 0, topKAgreement: 0 });
    await rejectsWith(scored({ labels: 'true' }), 'option-invalid', /"eva" takes no labels/);
  });

  it('stops where it is told to, and frees what it has', async () => {
    const tensors = tf.memory().numTensors;
    const controller = new AbortController();
    const request = requestIn(folder.path, { estimator: 'eva', components: 4 });
    const stop = ({ type }: UnstampedRunEvent): void => {
      if (type === 'scores') controller.abort();
    };
    await rejectsWith(scoreModel(request, stop, controller.signal), 'cancelled');
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('keeps hidden states on disk where they are many, and gives them back as they were', async () => {
    const [rows, width] = [4100, 8000];
    const hidden = new HiddenStates(folder.path, [
      [rows, width],
      [2, 3],
    ] as const);
    const tensors = tf.memory().numTensors;
    const small = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    await hidden.put(1, 0, small);
    assert.equal(tf.memory().numTensors, tensors, 'not on the device');
    const back = await hidden.take(1, 0);
    assert.deepEqual([...back.dataSync()], [1, 2, 3, 4, 5, 6]);
    back.dispose();
    hidden.dispose();
  });
});
