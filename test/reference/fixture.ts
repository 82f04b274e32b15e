import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { linesOf, type ReferenceInputs } from '../../scripts/reference/toJsonl';
import { readModelFolder } from '../../src/files/modelFolder';
import { classesIn, toClassSample, toImageSample } from '../../src/models/classSamples';
import { openModel } from '../../src/models/openModel';
import { toSample, type AnySample } from '../../src/models/samples';
import type { Transformer } from '../../src/models/transformer';

/** The folders of PyTorch's numbers (test/reference/data/README.md). */
const data = path.join(__dirname, 'data');

export const fixtures = readdirSync(data).filter((name) =>
  existsSync(path.join(data, name, 'expected.json')),
);

export const fixtureFolder = (name: string): string => path.join(data, name);

export interface MatrixScores {
  readonly per_sample_grad_sq_norm: readonly number[];
  readonly fisher_trace: number;
  readonly mean_grad_sq_norm: number;
  readonly taylor_abs_sum: number;
}

export interface Expected {
  /** [sample][class], or [sample][token][vocabulary]. */
  readonly logits: readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];
  readonly loss_per_sample: readonly number[];
  /** Sample 0, token 1, first entries of each layer's input and of the last one's output. */
  readonly hidden_probe: readonly (readonly number[])[];
  readonly matrices: Readonly<Record<string, MatrixScores>>;
}

const read = <T>(name: string, file: string): T =>
  JSON.parse(readFileSync(path.join(data, name, file), 'utf8')) as T;

export const expectedOf = (name: string): Expected => read<Expected>(name, 'expected.json');

/** A fixture's model, and its samples as the lines of a data file would give them. */
export async function openFixture(
  name: string,
): Promise<{ model: Transformer; samples: readonly AnySample[] }> {
  const folder = await readModelFolder(fixtureFolder(name));
  const model = openModel(folder);
  const lines = linesOf(read<ReferenceInputs>(name, 'inputs.json'));
  const samples = lines.map((line, index) => sampleOf(line, model, `${name}:${index + 1}`));
  return { model, samples };
}

function sampleOf(line: Record<string, unknown>, { spec, folder }: Transformer, where: string): AnySample {
  const { head, embedding, maxLength } = spec;
  const task = { name: 'reference', kind: 'causal-lm', file: where, text: 'text' } as const;
  if (head.kind === 'language') return toSample(line, task, undefined, maxLength, where);
  const classes = classesIn(folder.config, head.classes);
  if (embedding.kind === 'patches') return toImageSample(line, embedding, classes, maxLength, where);
  return toClassSample(line, { ...task, kind: 'classification' }, classes, undefined, maxLength, where);
}
