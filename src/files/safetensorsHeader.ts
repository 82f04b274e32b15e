import { LabError } from '../shared/errors';
import { dtypeBits, isDtype, type Dtype } from './dtypes';

/** Where one tensor lies in its file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  /** First byte after the tensor. */
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly file: string;
  /** Bytes before the tensors: 8 and the length of the JSON. */
  readonly headerBytes: number;
  readonly fileBytes: number;
  /** When the file was last written, in milliseconds; to notice that it is another one now. */
  readonly modifiedMs?: number;
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** The header's `__metadata__`; empty where it has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Checks and reads the JSON of a safetensors header: the tensors must fill the rest of the file without gap or overlap,
 * as the format asks, so that a cut, patched or mixed-up file is found before a single weight is read.
 *
 * @param json the bytes after the eight of the length
 * @param fileBytes size of the whole file
 * @param file name for messages
 * @throws LabError `safetensors-header-invalid`, or `safetensors-truncated` where tensors reach beyond the file
 */
export function parseSafetensorsHeader(json: Uint8Array, fileBytes: number, file: string): SafetensorsHeader {
  const fields = parseObject(json, file);
  const headerBytes = 8 + json.length;
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === '__metadata__') metadata = parseMetadata(value, file);
    else entries.push(parseEntry(name, value, headerBytes, file));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, headerBytes, fileBytes, file);
  return {
    file,
    headerBytes,
    fileBytes,
    tensors: new Map(entries.map((entry) => [entry.name, entry])),
    metadata,
  };
}

/** An error of the header, with the usual next step. */
export const invalidHeader = (file: string, what: string, options?: ErrorOptions): LabError =>
  new LabError(
    'safetensors-header-invalid',
    `${file} is not a sound safetensors file: ${what}.`,
    'Download the file again, or save the model once more with safe_serialization=True.',
    options,
  );

export const truncated = (file: string, what: string): LabError =>
  new LabError('safetensors-truncated', `${file} is cut short: ${what}.`, 'Download the file again.');

function parseObject(json: Uint8Array, file: string): Record<string, unknown> {
  // The format asks for a brace in front: no byte order mark, no space, so that nothing else passes for a header.
  if (json[0] !== 0x7b) throw invalidHeader(file, 'its header is not a JSON object');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (thrown) {
    throw invalidHeader(file, 'its header is not JSON in UTF-8', { cause: thrown });
  }
  const fields = value as Record<string, unknown>;
  const kept = [fields, ...Object.values(fields).filter(isObject)].flatMap(Object.keys).length;
  // Of two equal keys JSON.parse keeps the last, other readers the first: they would see different tensors.
  if (kept !== countKeys(json)) throw invalidHeader(file, 'its header has the same name twice');
  return fields;
}

/** Keys of the outermost object and of the objects in it, as they are written. Takes bytes that have been parsed. */
function countKeys(json: Uint8Array): number {
  const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
  let keys = 0;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i] ?? 0;
    if (inText) {
      if (byte === backslash) i++;
      else inText = byte !== quote;
    } else if (byte === quote) inText = true;
    else if (byte === colon) keys += depth <= 2 ? 1 : 0;
    // Brackets and braces differ in one bit.
    else if ((byte & 0xdf) === 0x5b) depth++;
    else if ((byte & 0xdf) === 0x5d) depth--;
  }
  return keys;
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (!isObject(value)) throw invalidHeader(file, '__metadata__ is not an object');
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw invalidHeader(file, `__metadata__ ${shown(key)} is not a string`);
    return [key, text];
  });
  return Object.fromEntries(pairs);
}

function parseEntry(name: string, value: unknown, headerBytes: number, file: string): TensorEntry {
  const fail = (what: string): LabError => invalidHeader(file, `tensor ${shown(name)} ${what}`);
  if (!isObject(value)) throw fail('is not described by an object');
  const dtype = value['dtype'];
  const shape = value['shape'];
  const offsets = value['data_offsets'];
  if (!isDtype(dtype)) throw fail(`has the unknown dtype ${shown(dtype)}`);
  if (!isCounts(shape)) throw fail('has a shape that is not a list of non-negative integers');
  if (!isCounts(offsets) || offsets.length !== 2) throw fail('has no two data_offsets');
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`ends (${end}) before it begins (${begin})`);
  const bits = bitsOf(shape, dtype);
  if (!Number.isSafeInteger(bits)) throw fail(`has the impossible shape ${shownShape(shape)}`);
  if (bits !== (end - begin) * 8) {
    throw fail(`spans ${end - begin} bytes where ${dtype} ${shownShape(shape)} takes ${bits / 8}`);
  }
  return { name, dtype, shape, begin: headerBytes + begin, end: headerBytes + end };
}

/** Bits of a tensor; not a safe integer where the product overflows. */
function bitsOf(shape: readonly number[], dtype: Dtype): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((product, size) => product * size, dtypeBits[dtype]);
}

function checkLayout(entries: readonly TensorEntry[], first: number, fileBytes: number, file: string): void {
  let expected = first;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      const how = begin < expected ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw invalidHeader(file, `tensor ${shown(name)} ${how} (byte ${begin} instead of ${expected})`);
    }
    if (end > fileBytes) {
      throw truncated(file, `tensor ${shown(name)} ends at byte ${end}, the file has ${fileBytes}`);
    }
    expected = end;
  }
  if (expected !== fileBytes) {
    throw invalidHeader(file, `${fileBytes - expected} bytes follow the last tensor`);
  }
}

/** A name out of the file for a message: short, and without characters that a terminal would obey. */
const shown = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value.slice(0, 100)).replaceAll('\x7f', '\\u007f')
    : `of type ${typeof value}`;

const shownShape = (shape: readonly number[]): string =>
  `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
