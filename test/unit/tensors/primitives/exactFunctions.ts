import type { Activation } from '../../../../src/tensors/primitives/primitives';

/** The error function in float64: its series (Abramowitz & Stegun 7.1.5), and far out 1 - the fraction of erfc (7.1.14). */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 3) return Math.sign(x) * (1 - erfc(size));
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** For x above 1. */
function erfc(x: number): number {
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Φ(x), with all digits of its lower tail. */
export const normal = (x: number): number =>
  x < -3 ? erfc(-x / Math.SQRT2) / 2 : (1 + erf(x / Math.SQRT2)) / 2;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** f and f' of an activation in float64, by their definitions. */
interface Exact {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

/** x σ(v(x)) */
const gated = (v: (x: number) => number, change: (x: number) => number): Exact => ({
  value: (x) => x * sigmoid(v(x)),
  slope: (x) => sigmoid(v(x)) * (1 + x * change(x) * sigmoid(-v(x))),
});

const root = Math.sqrt(2 / Math.PI);

export const exactActivations: Readonly<Record<Activation, Exact>> = {
  gelu: {
    value: (x) => x * normal(x),
    slope: (x) => normal(x) + (x * Math.exp(-x * x * 0.5)) / Math.sqrt(2 * Math.PI),
  },
  // (1 + tanh u) / 2 = σ(2u)
  'gelu-tanh': gated(
    (x) => 2 * root * (x + 0.044715 * x ** 3),
    (x) => 2 * root * (1 + 3 * 0.044715 * x ** 2),
  ),
  'quick-gelu': gated(
    (x) => 1.702 * x,
    () => 1.702,
  ),
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  silu: gated(
    (x) => x,
    () => 1,
  ),
  tanh: { value: Math.tanh, slope: (x) => 1 / Math.cosh(x) ** 2 },
};
