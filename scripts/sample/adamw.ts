import * as tf from '@tensorflow/tfjs';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay of matrices; norm weights are not decayed. */
  readonly weightDecay: number;
  /** Largest global norm of a step's gradients. */
  readonly clip: number;
}

/** AdamW (Loshchilov & Hutter 2019) over named variables, with clipping by the global norm. */
export class AdamW {
  readonly first = new Map<string, tf.Variable>();
  readonly second = new Map<string, tf.Variable>();
  step = 0;

  constructor(
    private readonly variables: ReadonlyMap<string, tf.Variable>,
    private readonly options: AdamWOptions,
  ) {
    for (const [name, variable] of variables) {
      this.first.set(name, tf.variable(tf.zerosLike(variable), false));
      this.second.set(name, tf.variable(tf.zerosLike(variable), false));
    }
  }

  /** Applies one step; returns the gradients' global norm before clipping. */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): number {
    const { beta1, beta2, epsilon, weightDecay, clip } = this.options;
    this.step += 1;
    const norm = Math.sqrt([...gradients.values()].reduce((sum, gradient) => sum + squaredNorm(gradient), 0));
    const scale = norm > clip ? clip / norm : 1;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
    for (const [name, gradient] of gradients) {
      const variable = this.variables.get(name)!;
      const m = this.first.get(name)!;
      const v = this.second.get(name)!;
      tf.tidy(() => {
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, (1 - beta1) * scale)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), (1 - beta2) * scale * scale)));
        const update = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), rate);
        const kept = variable.rank > 1 ? 1 - learningRate * weightDecay : 1;
        variable.assign(tf.sub(tf.mul(variable, kept), update));
      });
    }
    return norm;
  }
}

/** Summed in float64 over rows' sums: one long float32 sum loses digits. */
function squaredNorm(x: tf.Tensor): number {
  const rows = tf.tidy(() => tf.sum(tf.square(tf.reshape(x, [-1, x.shape.at(-1)!])), 1));
  const sum = (rows.dataSync() as Float32Array).reduce((total, value) => total + value, 0);
  rows.dispose();
  return sum;
}
