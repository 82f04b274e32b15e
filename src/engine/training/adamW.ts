/** A parameter as the optimizer sees it: its numbers are changed in place. */
export interface Optimized {
  readonly name: string;
  readonly values: Float32Array;
}

export interface AdamWSettings {
  /** Decay of the mean of gradients. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. */
  readonly beta2?: number;
  /** Added to the root of the second moment, so that no entry is divided by 0. */
  readonly epsilon?: number;
}

/** Means of gradients and of squared gradients, and how many there were: the bias of a mean depends on it. */
interface Slot {
  values: Float32Array;
  m: Float32Array;
  v: Float32Array;
  step: number;
}

/**
 * AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2) as torch.optim.AdamW computes it, for the update of t:
 *
 *     p ← p · (1 − lr·wd)
 *     m ← β1·m + (1 − β1)·g,   v ← β2·v + (1 − β2)·g²
 *     p ← p − lr/(1 − β1ᵗ) · m / (√v/√(1 − β2ᵗ) + ε)
 *
 * Each entry is computed in float64 and kept in float32. As in torch, t counts the gradients of one parameter: one that has
 * none in a step is left alone, decay included, and its t stays.
 */
export class AdamW {
  private readonly slots = new Map<string, Slot>();
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(parameters: readonly Optimized[], settings: AdamWSettings = {}) {
    ({ beta1: this.beta1 = 0.9, beta2: this.beta2 = 0.999, epsilon: this.epsilon = 1e-8 } = settings);
    for (const { name, values } of parameters) {
      if (this.slots.has(name)) throw new Error(`Two parameters are named ${name}.`);
      this.slots.set(name, { values, ...fresh(values.length) });
    }
  }

  /** Updates taken: those of the parameter that had most. */
  get steps(): number {
    return Math.max(0, ...Array.from(this.slots.values(), ({ step }) => step));
  }

  /**
   * One update of every parameter that has a gradient.
   * @param learningRate one for all, or each parameter's
   * @param weightDecay decoupled: per unit of learning rate
   */
  step(
    gradients: ReadonlyMap<string, Float32Array>,
    learningRate: number | ((name: string) => number),
    weightDecay: number,
  ): void {
    for (const [name, gradient] of gradients) {
      const slot = this.slotOf(name);
      mustFit(name, gradient, slot.values.length);
      const rate = typeof learningRate === 'number' ? learningRate : learningRate(name);
      slot.step += 1;
      this.update(slot, gradient, rate, weightDecay);
    }
  }

  private update({ values, m, v, step }: Slot, gradient: Float32Array, rate: number, decay: number): void {
    const { beta1, beta2, epsilon } = this;
    const kept = 1 - rate * decay;
    const size = rate / (1 - beta1 ** step);
    const correction = Math.sqrt(1 - beta2 ** step);
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i] as number;
      const mean = beta1 * (m[i] as number) + (1 - beta1) * g;
      const square = beta2 * (v[i] as number) + (1 - beta2) * g * g;
      m[i] = mean;
      v[i] = square;
      values[i] = (values[i] as number) * kept - (size * mean) / (Math.sqrt(square) / correction + epsilon);
    }
  }

  /**
   * What has to be kept to go on later: `<parameter>.m` and `<parameter>.v`, as long as the parameter, and
   * `<parameter>.step`, one number. Copies, since the next step changes them.
   */
  state(): Map<string, Float32Array> {
    const state = new Map<string, Float32Array>();
    for (const [name, { m, v, step }] of this.slots) {
      state.set(`${name}.m`, m.slice());
      state.set(`${name}.v`, v.slice());
      // float32 holds whole numbers up to 2^24; torch keeps its count in one too.
      state.set(`${name}.step`, Float32Array.of(step));
    }
    return state;
  }

  /**
   * Goes on from `state()`; the parameters' own numbers are the caller's.
   * @throws Error where a parameter's moments are missing or have another length
   */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    const read = (name: string, length: number): Float32Array => {
      const values = state.get(name);
      if (values === undefined) throw new Error(`The optimizer's state has no ${name}.`);
      mustFit(name, values, length);
      return values.slice();
    };
    for (const [name, slot] of this.slots) {
      const { length } = slot.values;
      slot.m = read(`${name}.m`, length);
      slot.v = read(`${name}.v`, length);
      slot.step = read(`${name}.step`, 1)[0] as number;
    }
  }

  /** Forgets a parameter's gradients: its moments and its count start anew, as a new parameter's. */
  forget(name: string): void {
    const slot = this.slotOf(name);
    Object.assign(slot, fresh(slot.values.length));
  }

  /**
   * Takes other numbers for a parameter, of another length where its shape changed, with the moments that belong to them.
   * The count stays: where the moments mean nothing any more, `forget` it afterwards.
   */
  replace(name: string, values: Float32Array, m: Float32Array, v: Float32Array): void {
    mustFit(`${name}.m`, m, values.length);
    mustFit(`${name}.v`, v, values.length);
    Object.assign(this.slotOf(name), { values, m: m.slice(), v: v.slice() });
  }

  private slotOf(name: string): Slot {
    const slot = this.slots.get(name);
    if (slot === undefined) throw new Error(`The optimizer has no parameter ${name}.`);
    return slot;
  }
}

const fresh = (length: number): Pick<Slot, 'm' | 'v' | 'step'> => ({
  m: new Float32Array(length),
  v: new Float32Array(length),
  step: 0,
});

function mustFit(name: string, values: Float32Array, length: number): void {
  if (values.length !== length) throw new Error(`${name} has ${values.length} numbers instead of ${length}.`);
}
