import type { Parameter } from './parameter';
import type { NamedArray } from '../shared/namedArray';

/** An adapter's parameters, and which layers read them. */
export class ParameterTable {
  private readonly byName = new Map<string, Parameter>();
  private readonly namesOf = new Map<number, string[]>();

  /** @param layers that read it: one, or several where it is shared */
  add(layers: readonly number[], parameter: Parameter): void {
    if (this.byName.has(parameter.name)) throw new Error(`There are two parameters ${parameter.name}.`);
    this.byName.set(parameter.name, parameter);
    for (const layer of layers) {
      const names = this.namesOf.get(layer);
      if (names === undefined) this.namesOf.set(layer, [parameter.name]);
      else names.push(parameter.name);
    }
  }

  /** One of another shape under the same name. */
  replace(parameter: Parameter): void {
    this.get(parameter.name);
    this.byName.set(parameter.name, parameter);
  }

  /**
   * Takes numbers that were kept, of whatever shape they have grown to.
   * @throws Error where one is missing
   */
  restore(kept: ReadonlyMap<string, NamedArray>): void {
    for (const parameter of this.all) {
      const array = kept.get(parameter.name);
      if (array === undefined) throw new Error(`What was kept has no ${parameter.name}.`);
      this.replace({ ...parameter, shape: array.shape, values: Float32Array.from(array.values) });
    }
  }

  get(name: string): Parameter {
    const parameter = this.byName.get(name);
    if (parameter === undefined) throw new Error(`There is no parameter ${name}.`);
    return parameter;
  }

  get all(): readonly Parameter[] {
    return [...this.byName.values()];
  }

  /** Ascending. */
  get layers(): readonly number[] {
    return [...this.namesOf.keys()].sort((a, b) => a - b);
  }

  of(layer: number): readonly Parameter[] {
    return (this.namesOf.get(layer) ?? []).map((name) => this.get(name));
  }
}
