import type { NamedArray } from '../../shared/namedArray';
import { addInto } from './addInto';

/** Means of what an adapter's passes noted, over the steps since they were taken last. */
export class NotedMeans {
  private sums = new Map<string, { readonly sum: Float32Array; steps: number }>();

  /** @param noted of one step */
  add(noted: ReadonlyMap<string, Float32Array>): void {
    for (const [name, values] of noted) {
      const known = this.sums.get(name) ?? { sum: new Float32Array(values.length), steps: 0 };
      addInto(known.sum, values);
      known.steps++;
      this.sums.set(name, known);
    }
  }

  /** The means, and begins anew. */
  take(): Map<string, Float32Array> {
    const means = [...this.sums].map(
      ([name, { sum, steps }]) => [name, sum.map((value) => value / steps)] as const,
    );
    this.sums = new Map();
    return new Map(means);
  }

  /** Steps that stand in each sum. */
  get steps(): Record<string, number> {
    return Object.fromEntries([...this.sums].map(([name, { steps }]) => [name, steps]));
  }

  /** The sums under names apart from the parameters', which may be noted about under their own. */
  get tensors(): Map<string, NamedArray> {
    return new Map(
      [...this.sums].map(([name, { sum }]) => [keptName(name), { shape: [sum.length], values: sum.slice() }]),
    );
  }

  /** Goes on from `steps` and `tensors`. */
  restore(steps: Readonly<Record<string, number>>, tensors: ReadonlyMap<string, NamedArray>): void {
    this.sums = new Map(
      Object.entries(steps).flatMap(([name, count]) => {
        const sum = tensors.get(keptName(name))?.values;
        return sum === undefined ? [] : [[name, { sum: sum.slice(), steps: count }]];
      }),
    );
  }
}

const keptName = (name: string): string => `noted:${name}`;
