import * as tf from '@tensorflow/tfjs';
import type { AttentionForm, HeadLayout, Primitives, RotaryTables } from './primitives';

/** What no token may see: exp of it is 0 in float32 beside any real product. */
const hidden = -1e30;

type AttentionPrimitives = Pick<Primitives, 'splitHeads' | 'joinHeads' | 'shares' | 'sharesGradient'>;

/** The parts of attention out of tfjs's operations. */
export const composedAttention: AttentionPrimitives = {
  splitHeads(x, layout, batch, rotary) {
    return tf.tidy(() => {
      const columns = tf.tensor1d(columnsOf(layout), 'int32');
      const mine = tf.gather(x, columns, 1);
      const rows = tf.reshape(mine, [batch, -1, layout.heads, layout.headSize]);
      const heads = tf.transpose(rows, [0, 2, 1, 3]) as tf.Tensor4D;
      return rotary === undefined ? heads : turned(heads, rotary, 1);
    });
  },

  joinHeads(parts, columns) {
    return tf.tidy(() => {
      const order = parts.flatMap(({ layout }) => columnsOf(layout));
      const rows = parts.map(({ values, layout: { heads, headSize }, rotary }) => {
        const back = rotary === undefined ? values : turned(values, rotary, -1);
        return tf.reshape(tf.transpose(back, [0, 2, 1, 3]), [-1, heads * headSize]);
      });
      const place = new Int32Array(columns);
      order.forEach((column, index) => (place[column] = index));
      return tf.gather(tf.concat(rows, 1), tf.tensor1d(place, 'int32'), 1) as tf.Tensor2D;
    });
  },

  shares(consumed, form) {
    const result = tf.tidy(() => {
      const scaled = tf.mul(consumed, form.scale);
      const bent = form.cap === undefined ? undefined : tf.tanh(tf.div(scaled, form.cap));
      const products = bent === undefined ? scaled : tf.mul(bent, form.cap ?? 1);
      const mask = maskOf(form, consumed.shape);
      const shares = tf.softmax(tf.add(products, mask)) as tf.Tensor4D;
      return {
        shares,
        ...(bent === undefined ? {} : { slopes: tf.sub(1, tf.square(bent)) as tf.Tensor4D }),
      };
    });
    consumed.dispose();
    return result;
  },

  sharesGradient(consumed, shares, slopes, form) {
    const result = tf.tidy(() => {
      const along = tf.sum(tf.mul(consumed, shares), -1, true);
      const products = tf.mul(shares, tf.sub(consumed, along));
      const bent = slopes === undefined ? products : tf.mul(products, slopes);
      return tf.mul(bent, form.scale) as tf.Tensor4D;
    });
    consumed.dispose();
    return result;
  },
};

const columnsOf = ({ heads, headSize, offset, stride }: HeadLayout): number[] =>
  Array.from(
    { length: heads * headSize },
    (_, i) => offset + Math.floor(i / headSize) * stride + (i % headSize),
  );

function turned(x: tf.Tensor4D, { dims, cos, sin }: RotaryTables, direction: 1 | -1): tf.Tensor4D {
  const [, , length, size] = x.shape;
  const half = dims / 2;
  const table = (t: tf.Tensor2D): tf.Tensor2D => tf.slice(t, [0, 0], [length, half]);
  const [c, s] = [table(cos), tf.mul(table(sin), direction)];
  const first = tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half]);
  const second = tf.slice(x, [0, 0, 0, half], [-1, -1, -1, half]);
  const rest = dims < size ? [tf.slice(x, [0, 0, 0, dims], [-1, -1, -1, size - dims])] : [];
  return tf.concat(
    [
      tf.sub(tf.mul(first, c), tf.mul(second, s)),
      tf.add(tf.mul(second, c), tf.mul(first, s)),
      ...(rest as tf.Tensor4D[]),
    ],
    3,
  ) as tf.Tensor4D;
}

/** 0 where a row sees a position and `hidden` where not: [batch, 1, rows, length]. */
function maskOf(form: AttentionForm, shape: readonly number[]): tf.Tensor {
  const [batch = 0, , rows = 0] = shape;
  const { length, causal, window, lengths } = form;
  const values = new Float32Array(batch * rows * length).fill(hidden);
  for (let sample = 0; sample < batch; sample++) {
    for (let row = 0; row < rows; row++) {
      const at = row % length;
      const first = window === undefined ? 0 : Math.max(0, at - window + 1);
      const end = Math.min(causal ? at + 1 : length, lengths[sample] ?? length);
      const from = (sample * rows + row) * length;
      // A row of padding that sees nothing at all would be NaN: it sees itself, and nobody reads it.
      if (first >= end) values[from + at] = 0;
      else values.fill(0, from + first, from + end);
    }
  }
  return tf.tensor4d(values, [batch, 1, rows, length]);
}
