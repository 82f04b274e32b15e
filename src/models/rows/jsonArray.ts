import { readFile } from 'node:fs/promises';
import { LabError } from '../../shared/errors';
import { isRecord, unreadable, type Rows } from './rows';
import { parseJson } from '../../shared/parseJson';

/**
 * The rows of a file that is one JSON array of objects. It is parsed whole, since where a row ends is known to the parser
 * alone.
 *
 * @throws LabError data-missing, data-line-invalid
 */
export async function jsonArray(file: string): Promise<Rows> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STRING_TOO_LONG') throw unreadable(file, error);
    throw invalid(`${file} is too large to be parsed at once`, 'Give it as JSON lines (.jsonl).', error);
  }
  const values = parse(text.replace(/^\uFEFF/, ''), file);
  return {
    count: values.length,
    read: (indices) =>
      indices.map((index) => {
        const where = `${file} row ${index + 1}`;
        const record = values[index];
        if (isRecord(record)) return { record, where };
        throw invalid(`${where} is not a JSON object`, 'Correct the row and start again.');
      }),
  };
}

function parse(text: string, file: string): unknown[] {
  // As in an empty file of lines: there is nothing wrong in it, and nothing in it.
  if (text.trim() === '') return [];
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const message = (error as Error).message;
    const position = /at position (\d+)/.exec(message)?.[1];
    const end = position === undefined ? text.length : Number(position);
    const where = `${file}:${text.slice(0, end).split('\n').length}`;
    throw invalid(`${where} is not JSON: ${message}`, 'Correct the file and start again.', error);
  }
  if (Array.isArray(value)) return value as unknown[];
  throw invalid(
    `${file} is not an array of objects`,
    'Put the rows into one array, or one on each line of a .jsonl file.',
  );
}

const invalid = (what: string, next: string, cause?: unknown): LabError =>
  new LabError('data-line-invalid', `${what}.`, next, { cause });
