import type * as tf from '@tensorflow/tfjs';
import { openDevice } from '../../../../src/tensors/device';
import { activate, addResidual, frozenNorm, gate, gateHalves } from '../../../../src/tensors/ops/elementwise';
import { activations, type NormForm } from '../../../../src/tensors/primitives/primitives';
import { checkGradients, random } from '../gradients';
import { exactActivations } from '../primitives/exactFunctions';

const shapes: readonly [rows: number, width: number][] = [
  [1, 2],
  [3, 7],
  [5, 16],
];
const matrix = (tensor: tf.Tensor | undefined): tf.Tensor2D => tensor as tf.Tensor2D;

/** Rows of a norm by the definition. */
function exactNorm(
  x: Float64Array,
  width: number,
  { kind, epsilon, weightOffset }: NormForm,
  weight: ArrayLike<number> | undefined,
  bias: ArrayLike<number> | undefined,
): number[] {
  return [...x].map((value, index) => {
    const row = x.subarray(index - (index % width), index - (index % width) + width);
    const mean = kind === 'layer' ? row.reduce((sum, entry) => sum + entry, 0) / width : 0;
    const squares = row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / width;
    const column = index % width;
    const factor = weight === undefined ? 1 : weight[column]! + weightOffset;
    return ((value - mean) / Math.sqrt(squares + epsilon)) * factor + (bias?.[column] ?? 0);
  });
}

describe('operations on rows: value and gradients equal the definition', () => {
  before(() => openDevice('native', 1));

  const norms: readonly [what: string, form: NormForm, tensors: 0 | 1 | 2][] = [
    ['layer norm', { kind: 'layer', epsilon: 0.01, weightOffset: 0 }, 2],
    ['layer norm without tensors', { kind: 'layer', epsilon: 0.01, weightOffset: 0 }, 0],
    ['root mean square norm', { kind: 'rms', epsilon: 0.01, weightOffset: 0 }, 1],
    ['root mean square norm, 1 + weight', { kind: 'rms', epsilon: 0.01, weightOffset: 1 }, 1],
  ];
  for (const [what, form, tensors] of norms) {
    it(`frozenNorm, ${what}`, async () => {
      for (const [rows, width] of shapes) {
        const given = [random(2, 1.5, width), random(3, 1, width)].slice(0, tensors);
        const [weight, bias] = given.map(({ values }) => values);
        await checkGradients(
          {
            ours: ([x], constants) => {
              const [weightTensor, biasTensor] = constants as (tf.Tensor1D | undefined)[];
              return frozenNorm(matrix(x), { weight: weightTensor, bias: biasTensor }, form);
            },
            exact: (x) => exactNorm(x, width, form, weight, bias),
          },
          [random(1, 2, rows, width)],
          given,
        );
      }
    });
  }

  for (const kind of activations) {
    const { value } = exactActivations[kind];

    it(`activate, ${kind}`, async () => {
      for (const [rows, width] of shapes) {
        await checkGradients({ ours: ([x]) => activate(matrix(x), kind), exact: (x) => [...x].map(value) }, [
          random(4, 5, rows, width),
        ]);
      }
    });

    it(`gate and gateHalves, ${kind}`, async () => {
      for (const [rows, width] of shapes) {
        await checkGradients(
          {
            ours: ([gates, ups]) => gate(matrix(gates), matrix(ups), kind),
            exact: (gates, ups) => [...gates!].map((g, index) => value(g) * ups![index]!),
          },
          [random(5, 5, rows, width), random(6, 2, rows, width)],
        );
        await checkGradients(
          {
            ours: ([x]) => gateHalves(matrix(x), kind),
            exact: (x) =>
              Array.from({ length: rows * width }, (_, index) => {
                const at = Math.floor(index / width) * 2 * width + (index % width);
                return value(x[at]!) * x[at + width]!;
              }),
          },
          [random(7, 5, rows, 2 * width)],
        );
      }
    });
  }

  it('addResidual', async () => {
    await checkGradients(
      {
        ours: ([a, b]) => addResidual(matrix(a), matrix(b)),
        exact: (a, b) => a!.map((value, index) => value + b![index]!),
      },
      [random(8, 1, 3, 7), random(9, 2, 3, 7)],
    );
  });

  it('an input that is used twice gets both gradients', async () => {
    const { value } = exactActivations.silu;
    await checkGradients(
      {
        ours: ([x]) => gate(matrix(x), matrix(x), 'silu'),
        exact: (x) => [...x].map((entry) => value(entry) * entry),
      },
      [random(10, 3, 3, 7)],
    );
    await checkGradients(
      {
        ours: ([x]) => addResidual(activate(matrix(x), 'silu'), addResidual(matrix(x), matrix(x))),
        exact: (x) => [...x].map((entry) => value(entry) + 2 * entry),
      },
      [random(11, 3, 3, 7)],
    );
  });
});
