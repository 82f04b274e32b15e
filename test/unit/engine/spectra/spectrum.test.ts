import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { ScoreRequest } from '../../../../src/engine/request';
import { scoreModel } from '../../../../src/engine/scoreModel';
import { hillExponent } from '../../../../src/engine/spectra/hill';
import { weightSpectrum } from '../../../../src/engine/spectra/weightSpectrum';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import type { UnstampedRunEvent } from '../../../../src/shared/runEvents';
import { scoreFileSchema } from '../../../../src/shared/scoreFile';
import { limitTensors } from '../../../../src/tensors/cardLimits';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';
import { never, nowhere, requestIn } from '../requests';
import { writeSmallExperiment } from '../smallExperiment';

describe('the exponent of a spectrum', () => {
  it('is that of the Hill estimator over the upper half: by hand', () => {
    // Upper half of 16, 8, 4, 2: ln 2 + 0, so 1 + 2 / ln 2.
    const { exponent, standardError } = hillExponent([16, 8, 4, 2]);
    close([exponent, standardError], [1 + 2 / Math.LN2, 2 / Math.LN2 / Math.SQRT2], 1e-12, 'four');
    // Of five, three are the upper half.
    close([hillExponent([8, 4, 2, 1, 1]).exponent], [1 + 3 / (3 * Math.LN2)], 1e-12, 'five');
  });

  it('finds the exponent of quantiles of a power law, whatever its scale', () => {
    for (const alpha of [1.5, 2, 3, 6]) {
      const n = 20_000;
      const law = Array.from({ length: n }, (_, i) => 7 * ((i + 0.5) / n) ** (-1 / (alpha - 1)));
      close([hillExponent(law).exponent], [alpha], 0.02, `exponent ${alpha}`);
    }
  });

  it('is smaller the heavier the tail, does not see the scale, and leaves zeros out', () => {
    const spectra = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(spectra, (values) => {
        const falling = values.toSorted((a, b) => b - a);
        const { exponent } = hillExponent(falling);
        close([hillExponent(falling.map((value) => 5 * value)).exponent], [exponent], 1e-6, 'scaled');
        assert.equal(hillExponent([...falling, 0, 0]).exponent, exponent);
        const heavier = hillExponent(falling.map((value) => value * value)).exponent;
        assert.ok(heavier <= exponent || exponent > 1e5);
      }),
      { seed: 6 },
    );
    assert.equal(hillExponent([3, 3, 3, 3]).exponent, 1 + 1e6);
    assert.deepEqual(hillExponent([0, 0]), { exponent: 1, standardError: 0 });
  });
});

describe('the spectrum of a weight matrix', () => {
  before(async () => {
    await openDevice('native', 1);
  });
  afterEach(() => limitTensors(Infinity));

  const shapes = [
    [6, 9],
    [9, 6],
    [5, 5],
    [1, 4],
  ] as const;
  for (const [rows, columns] of shapes) {
    it(`is its squared singular values, in one part or several (${rows} × ${columns})`, async () => {
      const values = numbers(rows * columns, 3);
      const matrix = Array.from({ length: rows }, (_, i) => [
        ...values.subarray(i * columns, (i + 1) * columns),
      ]);
      const { diagonal } = new SingularValueDecomposition(new Matrix(matrix), { autoTranspose: true });
      const wanted = diagonal.map((value) => value * value).sort((a, b) => b - a);
      const whole = tf.tensor2d(matrix);
      const cut = Math.ceil(rows / 2);
      const parts = [matrix.slice(0, cut), matrix.slice(cut)]
        .filter((part) => part.length > 0)
        .map((part) => tf.tensor2d(part));
      const tensors = tf.memory().numTensors;
      for (const weight of [whole, parts]) {
        const found = await weightSpectrum(weight);
        wanted.forEach((value, i) =>
          assert.ok(Math.abs(found[i]! - value) < 1e-5, `${found[i]}, not ${value}`),
        );
      }
      limitTensors(4 * 12);
      const pieces = await weightSpectrum(whole);
      wanted.forEach((value, i) => assert.ok(Math.abs(pieces[i]! - value) < 1e-5));
      assert.equal(tf.memory().numTensors, tensors);
      tf.dispose([whole, parts]);
    });
  }
});

describe('the estimator spectrum', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  it('gives each module the exponent of its weight, the same for every task, and each layer their mean', async () => {
    const tensors = tf.memory().numTensors;
    const events: UnstampedRunEvent[] = [];
    const request: ScoreRequest = requestIn(folder.path, { estimator: 'spectrum' });
    const { scores } = await scoreModel(request, (event) => events.push(event), never);
    assert.equal(tf.memory().numTensors, tensors);
    const [first, second] = scores;
    assert.deepEqual(scoreFileSchema.parse(first), first);
    assert.deepEqual(first!.modules, second!.modules);
    assert.notEqual(first!.task, second!.task);
    assert.deepEqual(first!.stability, { halvesKendallTau: 1, topKAgreement: 1 });
    const model = openModel(await readModelFolder(request.model));
    await model.loadBlock(1);
    for (const module of first!.modules.filter(({ layer }) => layer === 1)) {
      const weight = model.weight(module);
      const [part] = Array.isArray(weight) ? (weight as tf.Tensor2D[]) : [weight as tf.Tensor2D];
      const { diagonal } = new SingularValueDecomposition(new Matrix(await part!.array()), {
        autoTranspose: true,
      });
      const falling = diagonal.map((value) => value * value).sort((a, b) => b - a);
      close([module.score], [hillExponent(falling).exponent], 1e-4, module.path);
    }
    await model.dispose();
    first!.layers.forEach(({ layer, score }) => {
      const own = first!.modules.filter((module) => module.layer === layer);
      close(
        [score],
        [own.reduce((sum, module) => sum + module.score, 0) / own.length],
        1e-12,
        `layer ${layer}`,
      );
    });
    assert.ok(events.some((event) => event.type === 'note' && /no data was looked at/.test(event.text)));
  });

  it('takes no drawn labels', async () => {
    const request = requestIn(folder.path, { estimator: 'spectrum', labels: 'true' });
    await rejectsWith(scoreModel(request, nowhere, never), 'option-invalid', /"spectrum" takes no labels/);
  });
});
