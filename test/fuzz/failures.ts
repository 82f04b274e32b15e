import type { FuzzInput } from './target';

/** A promise that an input broke. */
export interface FuzzFailure {
  readonly run: number;
  /** The seed that the input was made of. */
  readonly seed: string;
  readonly error: string;
  /** The input, cut where it is long; bytes in base64. */
  readonly input: string;
  /** How many inputs failed alike. */
  times: number;
}

const shown = 4000;

export const showInput = (input: FuzzInput): string => {
  const text = typeof input === 'string' ? input : `base64 ${Buffer.from(input).toString('base64')}`;
  return text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text;
};

/** Failures with one of each kind kept: thousands of inputs find the same mistake. */
export class Failures {
  private readonly kinds = new Map<string, FuzzFailure>();

  /** @param told of the first one of each kind */
  constructor(private readonly told: (failure: FuzzFailure) => void = () => undefined) {}

  add(run: number, seed: string, error: string, input: FuzzInput): void {
    const kind = error
      .replace(/\d+/g, '#')
      .replace(/"[^"]*"|'[^']*'/g, '…')
      .slice(0, 200);
    const known = this.kinds.get(kind);
    if (known) known.times++;
    else {
      const failure = { run, seed, error: error.slice(0, 1500), input: showInput(input), times: 1 };
      this.kinds.set(kind, failure);
      this.told(failure);
    }
  }

  get all(): FuzzFailure[] {
    return [...this.kinds.values()];
  }
}
