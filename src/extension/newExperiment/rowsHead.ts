import { parse } from 'csv-parse/sync';
import { LabError } from '../../shared/errors';
import type { TextHead } from './fileHead';
import { parseJson } from '../../shared/parseJson';

type Row = Readonly<Record<string, unknown>>;

/** The first rows of a text file. */
export interface RowsHead {
  /** Names of a header; a file of objects has none. */
  readonly names: readonly string[];
  readonly records: readonly Row[];
  /** How much of the file they take, the header included. */
  readonly bytes: number;
  /** Whether these are all rows of the file. */
  readonly isWhole: boolean;
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The first rows of JSON lines.
 *
 * @param head the first part of the file
 * @throws LabError data-line-invalid where the first row is none
 */
export function jsonLinesHead(file: string, { text: head, isPart }: TextHead, most: number): RowsHead {
  const records: Row[] = [];
  let at = 0;
  while (at < head.length && records.length < most) {
    const end = head.indexOf('\n', at);
    // The last line may have been cut.
    if (end < 0 && isPart) break;
    const line = head.slice(at, end < 0 ? head.length : end);
    if (line.trim() !== '') {
      const row = parsed(line);
      if (!isRow(row)) {
        if (records.length === 0)
          throw invalid(file, 'does not begin with a JSON object on a line of its own');
        break;
      }
      records.push(row);
    }
    at = end < 0 ? head.length : end + 1;
  }
  if (records.length === 0 && isPart) throw invalid(file, 'begins with a line that is too long to look into');
  return rowsOf(records, head, at, isPart);
}

/**
 * The first rows of an array of JSON objects.
 *
 * @throws LabError data-line-invalid where it is none
 */
export function jsonArrayHead(file: string, { text: head, isPart }: TextHead, most: number): RowsHead {
  const begin = /^\s*\[/.exec(head);
  if (!begin) throw invalid(file, 'is no array of JSON objects');
  const records: Row[] = [];
  let at = begin[0].length;
  while (records.length < most) {
    at += /^[\s,]*/.exec(head.slice(at))?.[0].length ?? 0;
    const end = objectEnd(head, at);
    const row = end === undefined ? undefined : parsed(head.slice(at, end));
    if (end === undefined || !isRow(row)) break;
    records.push(row);
    at = end;
  }
  if (records.length === 0 && head.slice(at).trim() !== ']')
    throw invalid(file, 'is no array of JSON objects');
  const rest = head.slice(at).trim();
  return rowsOf(records, head, at, isPart || (rest !== ']' && rest !== ''));
}

/** Where the object that begins at a place ends; undefined where there is none, or the text ends before. */
function objectEnd(text: string, start: number): number | undefined {
  if (text[start] !== '{') return undefined;
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (inText) {
      if (letter === '\\') at++;
      else if (letter === '"') inText = false;
    } else if (letter === '"') inText = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}

/**
 * The first rows of a table with a header.
 *
 * @throws LabError data-line-invalid where there is no header
 */
export function csvHead(
  file: string,
  { text: head, isPart }: TextHead,
  delimiter: string,
  most: number,
): RowsHead {
  const rows: string[][] = [];
  /** Where each row ends. */
  const ends: number[] = [];
  let isCut = isPart;
  try {
    parse(head, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      // The header and one row more than is looked at, by which it is seen that there are more.
      to: most + 2,
      on_record: (cells: string[], context) => {
        rows.push(cells);
        ends.push(context.bytes);
        return null;
      },
    });
  } catch {
    // The head ends within quotes: of that row nothing was told, and what came before it stands.
    isCut = false;
  }
  const [names, ...records] = rows;
  if (names === undefined) throw invalid(file, 'does not begin with a header');
  // The last row may have been cut.
  if (isCut && rows.length < most + 2) records.pop();
  const seen = records.slice(0, most);
  return {
    names,
    records: seen.map((cells) => Object.fromEntries(names.map((name, place) => [name, cells[place]]))),
    bytes: ends[seen.length] ?? 0,
    isWhole: !isPart && records.length <= most,
  };
}

const rowsOf = (records: readonly Row[], head: string, end: number, isPart: boolean): RowsHead => ({
  names: [],
  records,
  bytes: Buffer.byteLength(head.slice(0, end)),
  isWhole: !isPart && head.slice(end).trim().replace(/^\]/, '') === '',
});

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const invalid = (file: string, why: string): LabError =>
  new LabError('data-line-invalid', `${file} ${why}.`, 'Pick another file, or correct this one.');
