import { CsvError, parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { LabError } from '../../shared/errors';
import { unreadable, type Rows } from './rows';

interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * The rows below the header of a file of comma- or tab-separated values (RFC 4180). Every cell is a string, an empty one
 * too. The whole file is checked, not the chosen rows alone: a quote that is missing in one row makes others of the next.
 *
 * @throws LabError data-missing, data-line-invalid
 */
export async function csvRows(file: string, delimiter: ',' | '\t'): Promise<Rows> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  const [header, ...rows] = parseRows(bytes, file, delimiter);
  const names = header?.cells ?? [];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (header !== undefined && twice !== undefined) {
    throw invalid(
      `${file}:${header.line} names the column "${twice}" twice`,
      'Give each column a name of its own.',
    );
  }
  for (const { cells, line } of rows) {
    if (cells.length === names.length) continue;
    throw invalid(
      `${file}:${line} has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, and the header ${names.length}`,
      'Correct the row; a cell that holds the separator or a line break stands in quotes.',
    );
  }
  return {
    count: rows.length,
    read: (indices) =>
      indices.map((index) => {
        const { cells, line } = rows[index] as CsvRow;
        const record = Object.fromEntries(names.map((name, column) => [name, cells[column]]));
        return { record, where: `${file}:${line}` };
      }),
  };
}

function parseRows(bytes: Buffer, file: string, delimiter: string): CsvRow[] {
  const rows: CsvRow[] = [];
  // The parser's own count of lines takes a CRLF inside of quotes for two.
  const lines = lineCounter(bytes);
  let start = lines.startBehind(0);
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], { bytes: end }) => {
        const blank = cells.length === 1 && cells[0]?.trim() === '' && (rows[0]?.cells.length ?? 2) > 1;
        if (!blank) rows.push({ cells, line: start });
        start = lines.startBehind(end);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const what =
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'opens a quote that is not closed'
        : 'has a quote where a cell neither begins nor ends';
    throw invalid(
      `${file}:${start} ${what}`,
      'Put the cell into quotes and write each quote in it twice.',
      error,
    );
  }
  return rows;
}

/** Counts lines on the way through a file. */
function lineCounter(bytes: Buffer): { startBehind(offset: number): number } {
  const [feed, carriage] = [10, 13];
  let [line, at] = [1, 0];
  const step = (): void => {
    const end = bytes[at] === feed || (bytes[at] === carriage && bytes[at + 1] !== feed);
    if (end) line++;
    at++;
  };
  return {
    /** The number of the line on which the next row behind `offset` begins, past lines that are empty. */
    startBehind: (offset) => {
      while (at < offset) step();
      while (bytes[at] === feed || bytes[at] === carriage) step();
      return line;
    },
  };
}

const invalid = (what: string, next: string, cause?: unknown): LabError =>
  new LabError('data-line-invalid', `${what}.`, next, { cause });
