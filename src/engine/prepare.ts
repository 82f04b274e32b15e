import { createHash } from 'node:crypto';
import { adaptedModules } from '../adapters/downProjections';
import { adapterFiles } from '../peft/folder';
import { readModelWithHead } from '../files/addedHead';
import { hashFile, hashModelFolder } from '../files/hash';
import type { ModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { makeBatches, type Batch } from '../models/batches';
import { classesIn, toClassSample, toImageSample } from '../models/classSamples';
import { requireColumns } from '../models/columns';
import { sampleLines, type DataLine } from '../models/dataFile';
import { openModel } from '../models/openModel';
import { toSample, type AnySample } from '../models/samples';
import { loadTokenizer, type TextTokenizer } from '../models/tokenizer';
import type { ModelSpec } from '../models/spec';
import type { Transformer } from '../models/transformer';
import { roundEnds } from '../planning/anytime';
import { requireStoppable, sampleGroups } from '../planning/estimators';
import { LabError } from '../shared/errors';
import type { TaskSource } from '../shared/taskSource';
import type { Module } from '../shared/words';
import type { ScoreRequest } from './request';

export interface PreparedTask {
  readonly source: TaskSource;
  readonly dataHash: string;
  /** Of the samples as they are computed: of data, tokenizer, and how one is made of the other. */
  readonly samplesHash: string;
  readonly samples: readonly AnySample[];
}

export interface Prepared {
  readonly folder: ModelFolder;
  readonly modelHash: string;
  /** Described from headers; no weight is read yet. */
  readonly model: Transformer;
  readonly tasks: readonly PreparedTask[];
  /** Of the adapter whose B is scored as well. */
  readonly adapterHash: string | undefined;
  /** Modules whose B is scored as well. */
  readonly adapted: readonly Module[];
  /** Each task's batches with at most so many positions. */
  batches(tokens: number): Batch[][];
  /**
   * The same round by round, [round][task]: no batch has samples of two rounds, and the samples of rounds follow each other.
   * A single round where all samples are scored.
   */
  rounds(tokens: number): Batch[][][];
}

/**
 * Reads and checks everything that a score needs, before any weight is loaded: the model's headers, the tokenizer, every
 * task's data.
 */
export async function prepare(request: ScoreRequest): Promise<Prepared> {
  const { untilSure } = request;
  if (untilSure !== undefined) requireStoppable(request.estimator, request.taylor);
  const folder = await readModelWithHead(request.model, request.head);
  requireComputable(folder);
  const model = openModel(folder);
  const tokenizer = await optionalTokenizer(request.model);
  const maxLength = Math.min(request.maxLength, model.spec.maxLength);
  const tasks: PreparedTask[] = [];
  for (const source of request.tasks) {
    // In the order of files, the first ones could be all of one class.
    const lines = await sampleLines(source.file, request.samples, request.seed, untilSure !== undefined);
    const samples = readSamples(lines, source, model, tokenizer, maxLength);
    tasks.push({ source, dataHash: await hashFile(source.file), samplesHash: hashSamples(samples), samples });
  }
  const batchesOf = (samples: readonly AnySample[], tokens: number): Batch[] =>
    makeBatches(
      ...([samples, request.batchSize, request.seed, tokens, model.spec.lengthBoundary] as const),
      sampleGroups(request.estimator),
    );
  const rounds = (tokens: number): Batch[][][] => {
    if (untilSure === undefined) return [tasks.map(({ samples }) => batchesOf(samples, tokens))];
    const ends = tasks.map(({ samples }) => [0, ...roundEnds(samples.length)]);
    return Array.from({ length: Math.max(...ends.map(({ length }) => length)) - 1 }, (_, round) =>
      tasks.map(({ samples }, task) => {
        const [from = 0, to = from] = ends[task]?.slice(round, round + 2) ?? [];
        const batches = batchesOf(samples.slice(from, to), tokens);
        return batches.map((batch) => ({ ...batch, members: batch.members.map((member) => from + member) }));
      }),
    );
  };
  return {
    folder,
    modelHash: await hashModelFolder(folder),
    model,
    tasks,
    adapterHash: request.adapter === undefined ? undefined : await hashAdapter(request.adapter),
    adapted: request.adapter === undefined ? [] : await adaptedModules(request.adapter, folder),
    batches: (tokens) =>
      rounds(tokens).reduce((all, more) => all.map((of, task) => [...of, ...(more[task] ?? [])])),
    rounds,
  };
}

/** Rows of a task's data as samples of a model. @throws LabError what they have wrong, by file and line */
export function readSamples(
  lines: readonly DataLine[],
  source: TaskSource,
  model: Transformer,
  tokenizer: TextTokenizer | undefined,
  maxLength: number,
): AnySample[] {
  const samples = samplesOf(lines, source, model, tokenizer, maxLength);
  requireKnownTokens(samples, model.spec, lines);
  return samples;
}

/**
 * What the model's head asks for decides how a line becomes a sample: the class head of a checkpoint that has one; else
 * next tokens, where classification is prompt and label text.
 */
function samplesOf(
  lines: readonly DataLine[],
  source: TaskSource,
  { spec, folder }: Transformer,
  tokenizer: TextTokenizer | undefined,
  maxLength: number,
): AnySample[] {
  const { head, embedding } = spec;
  const refuse = (fits: string): LabError =>
    new LabError(
      'option-invalid',
      `Task '${source.name}' is of kind ${source.kind}, which ${folder.architecture} cannot do.`,
      `Use kind ${fits}.`,
    );
  if (head.kind === 'language') {
    if (source.kind === 'image-classification') throw refuse('classification or causal-lm');
    requireColumns(lines, source);
    return lines.map(({ record, where }) => toSample(record, source, tokenizer, maxLength, where));
  }
  const classes = classesIn(folder.config, head.classes);
  if (embedding.kind === 'patches') {
    if (source.kind !== 'image-classification') throw refuse('image-classification');
    return lines.map(({ record, where }) => toImageSample(record, embedding, classes, spec.maxLength, where));
  }
  if (source.kind !== 'classification') throw refuse('classification');
  // A head of its own is given the text as it is.
  requireColumns(lines, { ...source, prompt: undefined });
  return lines.map(({ record, where }) =>
    toClassSample(record, source, classes, tokenizer, maxLength, where),
  );
}

function requireKnownTokens(
  samples: readonly AnySample[],
  { vocabulary, embedding }: ModelSpec,
  lines: readonly DataLine[],
): void {
  samples.forEach((sample, index) => {
    if (!('ids' in sample)) return;
    const targets = 'targets' in sample ? sample.targets.filter((target) => target !== -100) : [];
    const unknown = [...sample.ids, ...targets].find((id) => id < 0 || id >= vocabulary);
    const refuse = (what: string): LabError =>
      new LabError(
        'data-line-invalid',
        `${lines[index]?.where ?? 'The data'} has ${what}.`,
        'Use the tokenizer that belongs to the model.',
      );
    if (unknown !== undefined) throw refuse(`token ${unknown}; the model knows 0 to ${vocabulary - 1}`);
    const kinds = embedding.kind === 'tokens' ? (embedding.segments?.rows ?? 1) : 1;
    const segment = ('segments' in sample ? (sample.segments ?? []) : []).find((n) => n < 0 || n >= kinds);
    // A model without segments has nothing to look them up in, and old tokenizers write zeros all the same.
    if (segment !== undefined) throw refuse(`token_type_ids ${segment}; the model knows 0 to ${kinds - 1}`);
  });
}

export function hashSamples(samples: readonly AnySample[]): string {
  const hash = createHash('sha256');
  for (const sample of samples) {
    // That a sample was cut is told by its length; runs of before it was marked can still be resumed.
    const { pixels, ...rest } = { pixels: undefined, ...sample, truncated: undefined };
    hash.update(JSON.stringify(rest));
    if (pixels !== undefined)
      hash.update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Of what is read of an adapter: its scale, and its weights. */
async function hashAdapter(folder: string): Promise<string> {
  const hashes = await Promise.all(Object.values(adapterFiles(folder)).map((file) => hashFile(file)));
  return hashes.join(' ');
}

/** Data that is already tokenized needs none; text without one is refused line by line. */
export async function optionalTokenizer(folder: string): Promise<TextTokenizer | undefined> {
  try {
    return await loadTokenizer(folder);
  } catch (error) {
    if (error instanceof LabError && error.code === 'tokenizer-missing') return undefined;
    throw error;
  }
}
