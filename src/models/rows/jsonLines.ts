import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { LabError } from '../../shared/errors';
import type { Line } from '../lineFields';
import { isRecord, unreadable, type Rows } from './rows';
import { parseJson } from '../../shared/parseJson';

interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

/** The lines of a JSONL file that are not blank; only those that are read are parsed. @throws LabError data-missing */
export async function jsonLines(file: string): Promise<Rows> {
  const lines = await readLines(file);
  return {
    count: lines.length,
    read: (indices) =>
      indices.map((index) => {
        const { text, number } = lines[index] as NumberedLine;
        return { record: parse(text, file, number), where: `${file}:${number}` };
      }),
  };
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
    throw unreadable(file, error);
  }
  return lines;
}

function parse(text: string, file: string, number: number): Line {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    value = undefined;
  }
  if (isRecord(value)) return value;
  throw new LabError(
    'data-line-invalid',
    `${file}:${number} is not a JSON object.`,
    'Correct the line and start again.',
  );
}
