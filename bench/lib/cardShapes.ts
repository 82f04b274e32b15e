import type { FloatDtype } from '../../src/files/dtypes';
import { gpt2Small, llama1b, type ModelShape } from './modelShapes';

/** A shape with how its file is written and how many samples of how many tokens are scored. */
export interface CardShape {
  readonly name: string;
  readonly shape: ModelShape;
  readonly dtype: FloatDtype;
  readonly sizes: readonly (readonly [samples: number, tokens: number])[];
}

const sizes = [
  [8, 128],
  [32, 32],
] as const;

export const cardShapes: readonly CardShape[] = [
  { name: 'GPT-2 small', shape: gpt2Small, dtype: 'F32', sizes },
  { name: 'Llama 1.1B', shape: llama1b, dtype: 'BF16', sizes },
];

const tiny = { width: 64, layers: 2, heads: 4, vocabulary: 256, positions: 64 } as const;
const tinySizes = [
  [2, 16],
  [4, 8],
] as const;

/** The same families, small enough for a card that is software. */
export const softwareShapes: readonly CardShape[] = [
  { name: 'tiny GPT-2', shape: { family: 'gpt2', ...tiny }, dtype: 'F32', sizes: tinySizes },
  {
    name: 'tiny Llama',
    shape: { family: 'llama', ...tiny, keyValueHeads: 2, mlpWidth: 176 },
    dtype: 'BF16',
    sizes: tinySizes,
  },
];
