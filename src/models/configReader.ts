import { LabError } from '../shared/errors';
import { activations, type Activation } from '../tensors/primitives/primitives';

/** Hugging Face's names of activations, by ours. `gelu` is exact, the others the tanh form. */
const activationNames: Readonly<Record<string, Activation>> = {
  ...Object.fromEntries(activations.map((name) => [name, name])),
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  quick_gelu: 'quick-gelu',
  swish: 'silu',
};

/** What tensors have of rows or columns at most: sizes beyond it are no model's, and their products would be inexact. */
const mostCount = 2 ** 31 - 1;

/**
 * Reads the fields of a config.json that decide a forward pass. What would change the numbers and is not computed is refused
 * by name: a wrong score is worse than none.
 */
export class ConfigReader {
  /** @param folder for messages */
  constructor(
    readonly fields: Readonly<Record<string, unknown>>,
    readonly folder: string,
  ) {}

  /** The first of several names that is there; newer and older versions of transformers differ. */
  value(...names: readonly string[]): unknown {
    for (const name of names) {
      const found = this.fields[name];
      if (found !== undefined && found !== null) return found;
    }
    return undefined;
  }

  count(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= mostCount) return value;
    throw this.invalid(`${name} ${shown(value)} is not a whole number from 1 to ${mostCount}`);
  }

  /** A whole number from 0 on. */
  index(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostCount)
      return value;
    throw this.invalid(`${name} ${shown(value)} is not a whole number from 0 to ${mostCount}`);
  }

  number(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.invalid(`${name} ${shown(value)} is not a number`);
  }

  /** Above 0. */
  positive(name: string, fallback?: number): number {
    const value = this.number(name, fallback);
    if (value > 0) return value;
    throw this.invalid(`${name} ${value} is not above 0`);
  }

  /** Above 0, 1 at most. */
  share(name: string, fallback?: number): number {
    const value = this.positive(name, fallback);
    if (value <= 1) return value;
    throw this.invalid(`${name} ${value} is above 1`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'boolean') return value;
    throw this.invalid(`${name} ${shown(value)} is neither true nor false`);
  }

  activation(name: string, fallback: string): Activation {
    const value = this.value(name) ?? fallback;
    const known =
      typeof value === 'string' && Object.hasOwn(activationNames, value) ? activationNames[value] : undefined;
    if (known !== undefined) return known;
    throw this.invalid(
      `${name} ${shown(value)} is not computed, only ${Object.keys(activationNames).join(', ')}`,
    );
  }

  /** An object among the fields, as a reader of its own. */
  object(name: string): ConfigReader | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) {
      return new ConfigReader(value as Record<string, unknown>, this.folder);
    }
    throw this.invalid(`${name} ${shown(value)} is not an object`);
  }

  numbers(name: string): readonly number[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item))) {
      return value as number[];
    }
    throw this.invalid(`${name} is not a list of numbers`);
  }

  /** Refuses a setting that is not computed. */
  require(name: string, expected: unknown): void {
    const value = this.value(name);
    if (value === undefined || value === expected) return;
    throw this.invalid(`${name} ${shown(value)} is not computed, only ${shown(expected)}`);
  }

  /** @param divisor, of which `size` must be a multiple */
  divided(name: string, divisor: number): number {
    const size = this.count(name);
    if (size % divisor === 0) return size / divisor;
    throw this.invalid(`${name} ${size} is not a multiple of ${divisor}`);
  }

  invalid(what: string): LabError {
    return new LabError(
      'model-config-invalid',
      `config.json of ${this.folder} cannot be used: ${what}.`,
      'Check the model folder, or choose another model.',
    );
  }
}

/** A value out of the file for a message, which is one sentence however long the value is. */
function shown(value: unknown): string {
  const text = value === undefined ? '(absent)' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
