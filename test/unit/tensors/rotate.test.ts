import * as tf from '@tensorflow/tfjs';
import { parseLlamaConfig } from '../../../src/models/llama/config';
import { ropeTables } from '../../../src/models/llama/rope';
import { openDevice } from '../../../src/tensors/device';
import { rotate, type RotaryTables } from '../../../src/tensors/ops';
import { checkGradients } from './gradients';
import { numbers } from './numbers';

const theta = 100;
const shapes: readonly [batch: number, heads: number, positions: number, size: number][] = [
  [1, 1, 1, 2],
  [2, 3, 5, 4],
  [3, 1, 7, 6],
];

describe('rotate', () => {
  before(() => openDevice('native', 1));

  for (const [batch, heads, positions, size] of shapes) {
    it(`[${batch}, ${heads}, ${positions}, ${size}]: turns entry i with entry i + half, value and gradient`, async () => {
      const half = size / 2;
      const angle = (position: number, i: number): number => position * theta ** ((-2 * i) / size);
      await withTables(positions, size, (tables) =>
        checkGradients(
          {
            ours: (x) => rotate(x as tf.Tensor4D, tables),
            composed: (x) => {
              const angles = tf.tensor2d(
                Array.from({ length: positions }, (_, p) =>
                  Array.from({ length: half }, (_value, i) => angle(p, i)),
                ),
              );
              const [first, second] = tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor];
              const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
              return tf.concat(
                [
                  tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
                  tf.add(tf.mul(second, cos), tf.mul(first, sin)),
                ],
                3,
              );
            },
            exact: (x) =>
              [...x].map((value, index) => {
                const i = index % half;
                const turn = angle(Math.floor(index / size) % positions, i);
                const other = index % size < half ? -x[index + half]! : x[index - half]!;
                return value * Math.cos(turn) + other * Math.sin(turn);
              }),
          },
          [{ shape: [batch, heads, positions, size], values: numbers(batch * heads * positions * size, 8) }],
        ),
      );
    });
  }
});

async function withTables(
  positions: number,
  size: number,
  use: (tables: RotaryTables) => Promise<void>,
): Promise<void> {
  const config = parseLlamaConfig(
    {
      model_type: 'llama',
      hidden_size: size,
      intermediate_size: 1,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      vocab_size: 1,
      rope_theta: theta,
    },
    'test',
  );
  const tables = ropeTables(config, positions);
  try {
    await use(tables);
  } finally {
    tf.dispose([tables.cos, tables.sin, tables.halfTurn]);
  }
}
