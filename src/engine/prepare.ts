import { hashFile, hashModelFolder } from '../files/hash';
import { readModelFolder, type ModelFolder } from '../files/modelFolder';
import { makeBatches, type Batch } from '../models/batches';
import type { CausalModel } from '../models/causalModel';
import { sampleLines } from '../models/dataFile';
import { requireColumns } from '../models/columns';
import { openModel } from '../models/openModel';
import { toSample } from '../models/samples';
import { loadTokenizer, type TextTokenizer } from '../models/tokenizer';
import { LabError } from '../shared/errors';
import type { TaskSource } from '../shared/taskSource';
import type { ScoreRequest } from './request';

export interface PreparedTask {
  readonly source: TaskSource;
  readonly dataHash: string;
  readonly samples: number;
  readonly batches: readonly Batch[];
}

export interface Prepared {
  readonly folder: ModelFolder;
  readonly modelHash: string;
  readonly model: CausalModel;
  readonly tasks: readonly PreparedTask[];
}

/**
 * Reads and checks everything that a score needs, before any weight is loaded: the model's headers, the tokenizer, every
 * task's data.
 */
export async function prepare(request: ScoreRequest): Promise<Prepared> {
  const folder = await readModelFolder(request.model);
  const model = openModel(folder);
  const tokenizer = await optionalTokenizer(request.model);
  const maxLength = Math.min(request.maxLength, model.maxLength);
  const tasks: PreparedTask[] = [];
  for (const source of request.tasks) {
    if (source.kind === 'image-classification') {
      throw new LabError(
        'option-invalid',
        `Task '${source.name}' classifies images, which a causal language model cannot.`,
        'Use kind classification or causal-lm.',
      );
    }
    const lines = await sampleLines(source.file, request.samples, request.seed);
    requireColumns(lines, source);
    const samples = lines.map(({ record, where }) => toSample(record, source, tokenizer, maxLength, where));
    tasks.push({
      source,
      dataHash: await hashFile(source.file),
      samples: samples.length,
      batches: makeBatches(samples, request.batchSize, request.seed),
    });
  }
  return { folder, modelHash: await hashModelFolder(folder), model, tasks };
}

/** Data that is already tokenized needs none; text without one is refused line by line. */
async function optionalTokenizer(folder: string): Promise<TextTokenizer | undefined> {
  try {
    return await loadTokenizer(folder);
  } catch (error) {
    if (error instanceof LabError && error.code === 'tokenizer-missing') return undefined;
    throw error;
  }
}
