/** Moving averages of one parameter, entry by entry. */
interface Averages {
  readonly importance: Float32Array;
  readonly uncertainty: Float32Array;
}

export interface TripletScoresSettings {
  /** Decay of the importance. */
  readonly beta1?: number;
  /** Decay of the uncertainty. */
  readonly beta2?: number;
}

/**
 * AdaLoRA's score of every entry of A, B and E (Zhang et al. 2023, arXiv 2303.10512, eq. 8 to 11), as PEFT's
 * `RankAllocator` computes it, without bias correction:
 *
 *     I = |w·∂ℓ/∂w|,   Ī ← β1·Ī + (1 − β1)·I,   Ū ← β2·Ū + (1 − β2)·|I − Ī|,   score = Ī·Ū
 */
export class TripletScores {
  private readonly averages = new Map<string, Averages>();
  private readonly beta1: number;
  private readonly beta2: number;

  constructor({ beta1 = 0.85, beta2 = 0.85 }: TripletScoresSettings = {}) {
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  /**
   * Takes a step's gradient of one parameter into its averages, which begin at 0. PEFT does so before it prunes, and no
   * more from the last pruning on (`step < steps - final`).
   * @param values of the parameter after the optimizer's step, where PEFT looks at them
   * @param gradient as the optimizer took it, as long as the parameter
   */
  update(name: string, values: Float32Array, gradient: Float32Array): void {
    const { importance, uncertainty } = this.averagesOf(name, values.length);
    const { beta1, beta2 } = this;
    for (let i = 0; i < values.length; i++) {
      const now = Math.abs((values[i] as number) * (gradient[i] as number));
      const mean = beta1 * (importance[i] as number) + (1 - beta1) * now;
      importance[i] = mean;
      uncertainty[i] = beta2 * (uncertainty[i] as number) + (1 - beta2) * Math.abs(now - mean);
    }
  }

  /** Ī·Ū of each entry of a parameter; none before its first update. */
  score(name: string): Float64Array {
    const averages = this.averages.get(name);
    if (averages === undefined) return new Float64Array();
    return Float64Array.from(averages.importance, (mean, i) => mean * (averages.uncertainty[i] as number));
  }

  /** What has to be kept to go on later: `<parameter>.importance` and `<parameter>.uncertainty`. Copies. */
  state(): Map<string, Float32Array> {
    return new Map(
      Array.from(this.averages, ([name, { importance, uncertainty }]) => [
        [`${name}.importance`, importance.slice()] as const,
        [`${name}.uncertainty`, uncertainty.slice()] as const,
      ]).flat(),
    );
  }

  /** Goes on from `state()`: forgets all there is, and takes those of the named parameters that the state has. */
  restore(state: ReadonlyMap<string, Float32Array>, names: Iterable<string>): void {
    this.averages.clear();
    for (const name of names) {
      const [importance, uncertainty] = [state.get(`${name}.importance`), state.get(`${name}.uncertainty`)];
      if (importance === undefined || uncertainty === undefined) continue;
      this.averages.set(name, { importance: importance.slice(), uncertainty: uncertainty.slice() });
    }
  }

  private averagesOf(name: string, length: number): Averages {
    const known = this.averages.get(name);
    if (known !== undefined) return known;
    const made = { importance: new Float32Array(length), uncertainty: new Float32Array(length) };
    this.averages.set(name, made);
    return made;
  }
}

/**
 * Score of each triplet of one matrix out of its entries' (arXiv 2303.10512, eq. 7):
 * score(E_k) + mean over j of score(A_kj) + mean over i of score(B_ik).
 *
 * @param e scores of E [rank]
 * @param a scores of A [rank, in]
 * @param b scores of B [out, rank]
 * @returns [rank]
 */
export function scoresOfTriplets(e: Float64Array, a: Float64Array, b: Float64Array): Float64Array {
  const rank = e.length;
  const [inputs, outputs] = [a.length / rank, b.length / rank];
  return e.map((own, k) => {
    let [ofA, ofB] = [0, 0];
    for (let j = 0; j < inputs; j++) ofA += a[k * inputs + j] as number;
    for (let i = 0; i < outputs; i++) ofB += b[i * rank + k] as number;
    return own + ofA / inputs + ofB / outputs;
  });
}
