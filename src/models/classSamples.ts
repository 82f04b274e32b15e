import type { TaskSource } from '../shared/taskSource';
import { column, integers, lineError, tokenIds, type Line } from './lineFields';
import type { ClassSample, ImageSample } from './samples';
import type { PatchEmbedding } from './spec';
import { framed } from './textTokens';
import { requireTokenizer, type TextTokenizer } from './tokenizer';

/** The classes of a model's head. */
export interface Classes {
  readonly count: number;
  /** Class numbers by the names that config.json gives them. */
  readonly names: ReadonlyMap<string, number>;
}

/** Reads the names of a head's classes from `label2id` or `id2label`. */
export function classesIn(config: Line, count: number): Classes {
  const names = new Map<string, number>();
  const entries = (key: string): [string, unknown][] => Object.entries((config[key] ?? {}) as object);
  for (const [id, name] of entries('id2label')) if (typeof name === 'string') names.set(name, Number(id));
  for (const [name, id] of entries('label2id')) if (typeof id === 'number') names.set(name, id);
  return { count, names };
}

/**
 * One line for a model that classifies text with a head of its own. A tokenized line's `labels` is the class number.
 *
 * @param where file and line for messages
 * @throws LabError data-line-invalid, data-column-missing, tokenizer-missing
 */
export function toClassSample(
  line: Line,
  task: TaskSource,
  classes: Classes,
  tokenizer: TextTokenizer | undefined,
  maxLength: number,
  where: string,
): ClassSample {
  if ('input_ids' in line) {
    const { ids, length } = tokenIds(line, where);
    const segments = integers(line, 'token_type_ids', where);
    if (segments !== undefined && segments.length !== ids.length) {
      throw lineError(where, '"token_type_ids" must be as long as "input_ids"');
    }
    const end = Math.min(length, maxLength);
    if (end === 0) throw lineError(where, 'no token is left');
    const label = classNumber(line['labels'], classes, where);
    const kept = { ids: ids.slice(0, end), segments: segments?.slice(0, end), label };
    return length > end ? { ...kept, truncated: true } : kept;
  }
  const known = requireTokenizer(tokenizer, where);
  const text = column(line, task.text, where);
  const whole = known.encode(text);
  const ids = whole.length <= maxLength ? whole : cut(text, known, maxLength);
  if (ids.length === 0) throw lineError(where, 'the text has no tokens');
  const sample = { ids, label: classNumber(line[task.label ?? 'label'], classes, where) };
  return whole.length > maxLength ? { ...sample, truncated: true } : sample;
}

/** A text's tokens, cut so that what the tokenizer puts before and behind a text stays. */
function cut(text: string, tokenizer: TextTokenizer, maxLength: number): number[] {
  const parts = framed(text, tokenizer);
  if (parts === undefined) return tokenizer.encode(text).slice(0, maxLength);
  const { before, plain, behind } = parts;
  const room = Math.max(0, maxLength - before.length - behind.length);
  return [...before, ...plain.slice(0, room), ...behind].slice(0, maxLength);
}

/**
 * One image, as nested lists [channel][row][column] that are used as they are.
 * @throws LabError data-line-invalid
 */
export function toImageSample(
  line: Line,
  embedding: PatchEmbedding,
  classes: Classes,
  length: number,
  where: string,
): ImageSample {
  const { channels, imageSize } = embedding;
  const pixels = new Float32Array(channels * imageSize * imageSize);
  const value = line['pixel_values'];
  const isList = (list: unknown, size: number): list is unknown[] =>
    Array.isArray(list) && list.length === size;
  const rows = isList(value, channels)
    ? value.flatMap((channel) => (isList(channel, imageSize) ? channel : [undefined]))
    : [];
  const fits = rows.length === channels * imageSize && rows.every((row) => isList(row, imageSize));
  if (!fits)
    throw lineError(where, `"pixel_values" must be ${channels} x ${imageSize} x ${imageSize} numbers`);
  rows.flat().forEach((number, index) => {
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw lineError(where, '"pixel_values" holds something that is not a number');
    }
    pixels[index] = number;
  });
  return { pixels, label: classNumber(line['labels'] ?? line['label'], classes, where), length };
}

/** A class by its number, or by its name in config.json. */
function classNumber(value: unknown, { count, names }: Classes, where: string): number {
  const text = typeof value === 'boolean' ? String(value) : value;
  const named = typeof text === 'string' ? (names.get(text) ?? Number(text || NaN)) : text;
  if (typeof named === 'number' && Number.isInteger(named) && named >= 0 && named < count) return named;
  const known = [...names.keys()].slice(0, 10).join(', ');
  throw lineError(
    where,
    `the label ${JSON.stringify(value) ?? '(absent)'} is no class of the model, which has 0 to ${count - 1}` +
      (known === '' ? '' : ` (${known})`),
  );
}
