import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { LabError } from '../shared/errors';
import { seededShuffle } from './shuffle';

/** A line of a data file with where it stands. */
export interface DataLine {
  readonly record: Readonly<Record<string, unknown>>;
  readonly where: string;
}

/**
 * `count` lines of a JSONL file, chosen by a seeded shuffle; all of them, in file order, where there are no more.
 * Only the chosen lines are parsed.
 *
 * @throws LabError data-missing, data-empty, data-format-unsupported, data-line-invalid
 */
export async function sampleLines(file: string, count: number, seed: number): Promise<DataLine[]> {
  if (!/\.(jsonl|ndjson)$/.test(file)) {
    throw new LabError(
      'data-format-unsupported',
      `${file} is not a .jsonl file.`,
      'Give the data as JSON lines; CSV and Parquet are not read yet.',
    );
  }
  const lines = await readLines(file);
  if (lines.length === 0) {
    throw new LabError('data-empty', `${file} has no lines.`, 'Give a file with at least one sample.');
  }
  const chosen = lines.length <= count ? lines : seededShuffle(lines, seed).slice(0, count);
  return chosen.map(({ text, number }) => ({
    record: parse(text, file, number),
    where: `${file}:${number}`,
  }));
}

interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

async function readLines(file: string): Promise<NumberedLine[]> {
  const lines: NumberedLine[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(file, 'utf8'),
      crlfDelay: Infinity,
    })) {
      number++;
      // A byte order mark, as some editors on Windows write it.
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') lines.push({ text, number });
    }
  } catch (error) {
    throw new LabError(
      'data-missing',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      'Check the path of the data.',
      { cause: error },
    );
  }
  return lines;
}

function parse(text: string, file: string, number: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new LabError(
    'data-line-invalid',
    `${file}:${number} is not a JSON object.`,
    'Correct the line and start again.',
  );
}
