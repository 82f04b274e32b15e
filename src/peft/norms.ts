/**
 * The Frobenius norm of B A without the product, which would be as large as the weight: ‖BA‖² = tr(AᵀBᵀBA) = Σ (BᵀB ∘ AAᵀ), two
 * matrices of rank × rank. Summed in float64.
 */

/** Multiplications at a time, a few milliseconds: whoever asks for norms has other things to do in between. */
const atOnce = 2 ** 20;

/** Lets others go on; called every few milliseconds of work. */
export type Breathe = () => Promise<void>;

/** What `gramOfRows` and `gramOfColumns` give: symmetric, rank × rank, row by row. */
export type Gram = Float64Array;

/** A Aᵀ. @param a [rank, inputs], row by row */
export async function gramOfRows(a: Float32Array, rank: number, breathe: Breathe): Promise<Gram> {
  const gram = new Float64Array(rank * rank);
  const inputs = rank === 0 ? 0 : a.length / rank;
  let done = 0;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < inputs; k++) sum += (a[i * inputs + k] ?? 0) * (a[j * inputs + k] ?? 0);
      gram[i * rank + j] = gram[j * rank + i] = sum;
      done += inputs;
      if (done < atOnce) continue;
      done = 0;
      await breathe();
    }
  }
  return gram;
}

/** Bᵀ B. @param b [outputs, rank], row by row */
export async function gramOfColumns(b: Float32Array, rank: number, breathe: Breathe): Promise<Gram> {
  const gram = new Float64Array(rank * rank);
  const outputs = rank === 0 ? 0 : b.length / rank;
  let done = 0;
  for (let row = 0; row < outputs; row++) {
    const from = row * rank;
    for (let i = 0; i < rank; i++) {
      const value = b[from + i] ?? 0;
      for (let j = 0; j <= i; j++)
        gram[i * rank + j] = (gram[i * rank + j] ?? 0) + value * (b[from + j] ?? 0);
    }
    done += (rank * rank) / 2;
    if (done < atOnce) continue;
    done = 0;
    await breathe();
  }
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < i; j++) gram[j * rank + i] = gram[i * rank + j] ?? 0;
  }
  return gram;
}

/** ‖scaling · B A‖. @param ofA A Aᵀ @param ofB Bᵀ B, of the same rank */
export function productNorm(ofA: Gram, ofB: Gram, scaling: number): number {
  const squared = ofA.reduce((sum, value, at) => sum + value * (ofB[at] ?? 0), 0);
  // Where B A is nearly 0, rounding may leave a little less than that.
  return Math.abs(scaling) * Math.sqrt(Math.max(0, squared));
}
