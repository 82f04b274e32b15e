import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { LabError } from '../../shared/errors';
import { layerSchema, modulePathSchema } from '../../shared/moduleSchemas';
import { estimators, roles, type Estimator, type Role } from '../../shared/words';
import { parseJson } from '../../shared/parseJson';

/** One module's score as somebody's own script wrote it. */
export interface GivenScore {
  /** As written: with or without `.weight`, and with what wrappers put in front. */
  readonly path: string;
  readonly score: number;
  readonly standardError: number;
  /** For messages: `scores.csv:3`. */
  readonly where: string;
  /** Where the file tells the module's shape as well. */
  readonly shape?: GivenShape | undefined;
}

export interface GivenShape {
  readonly layer: number;
  readonly role: Role;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

export interface GivenScores {
  readonly rows: readonly GivenScore[];
  /** What the file says of itself. */
  readonly estimator?: Estimator | undefined;
  readonly samples?: number | undefined;
  readonly task?: string | undefined;
}

const count = z.number().int().nonnegative();
const rowSchema = z.object({
  path: modulePathSchema,
  score: z.number(),
  standardError: z.number().nonnegative().optional(),
  layer: layerSchema.optional(),
  role: z.enum(roles).optional(),
  inFeatures: count.optional(),
  outFeatures: count.optional(),
});
const fileSchema = z.object({
  modules: z.array(rowSchema).min(1),
  estimator: z.enum(estimators).optional(),
  samples: z.number().int().positive().optional(),
  task: z.string().optional(),
});

/**
 * Reads scores that another program wrote: lines of `path,score[,standardError]` (CSV, also with tabs or semicolons, with or
 * without a header), or JSON: a map of scores by path, a list of `{path, score, standardError?}`, or that list as `modules`
 * with what a score file says beside it. The score file's other keys may be missing.
 *
 * @param name of the file, for messages
 * @throws LabError `scores-invalid` with the line of what is wrong
 */
export function parseGivenScores(text: string, name: string): GivenScores {
  return /^\uFEFF?\s*[[{]/.test(text) ? fromJson(text, name) : { rows: fromCsv(text, name) };
}

function fromJson(text: string, name: string): GivenScores {
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    throw invalid(`${name} is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const byPath = z.record(modulePathSchema, z.number()).safeParse(value);
  if (byPath.success) {
    const rows = Object.entries(byPath.data).map(([path, score]) => ({ path, score }));
    return { rows: given(rows, name) };
  }
  const parsed = fileSchema.safeParse(Array.isArray(value) ? { modules: value } : value);
  if (parsed.success) return { ...parsed.data, rows: given(parsed.data.modules, name) };
  const [issue] = parsed.error.issues;
  throw invalid(`${name}: ${issue?.path.join('.') ?? ''} ${issue?.message.toLowerCase() ?? ''}`.trimEnd());
}

const given = (rows: readonly z.infer<typeof rowSchema>[], name: string): GivenScore[] =>
  rows.map(({ path, score, standardError = 0, layer, role, inFeatures, outFeatures }) => ({
    ...{ path, score, standardError },
    where: name,
    shape:
      layer === undefined || role === undefined || !inFeatures || !outFeatures
        ? undefined
        : { layer, role, inFeatures, outFeatures },
  }));

function fromCsv(text: string, name: string): GivenScore[] {
  const lines = csvLines(text, name);
  const [first] = lines;
  const columns = first && columnsOf(first.cells, name);
  const rows = columns?.isHeader ? lines.slice(1) : lines;
  if (!columns || rows.length === 0) throw invalid(`${name} has no scores`);
  return rows.map(({ cells, line }) => {
    const where = `${name}:${line}`;
    const path = (cells[columns.path] ?? '').trim();
    if (path === '') throw invalid(`${where} names no module`);
    const score = numberIn(cells[columns.score], where, 'score');
    const error = columns.error === undefined ? '' : (cells[columns.error] ?? '').trim();
    const standardError = error === '' ? 0 : numberIn(error, where, 'standard error');
    if (standardError < 0) throw invalid(`${where} has the standard error ${standardError}, below 0`);
    return { path, score, standardError, where };
  });
}

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

function csvLines(text: string, name: string): Line[] {
  const lines: Line[] = [];
  try {
    parse(text, {
      bom: true,
      delimiter: [',', '\t', ';'],
      comment: '#',
      comment_no_infix: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], info) => {
        lines.push({ cells, line: info.lines });
        return null;
      },
    });
  } catch (thrown) {
    if (thrown instanceof CsvError) throw invalid(`${name} is no CSV: ${thrown.message}`);
    throw thrown;
  }
  return lines;
}

interface Columns {
  readonly isHeader: boolean;
  readonly path: number;
  readonly score: number;
  readonly error: number | undefined;
}

/** Which columns hold what: by the header where there is one, else path, score and standard error in this order. */
function columnsOf(cells: readonly string[], name: string): Columns {
  const isHeader = Number.isNaN(Number.parseFloat(cells[1] ?? ''));
  if (!isHeader) return { isHeader, path: 0, score: 1, error: cells.length > 2 ? 2 : undefined };
  const names = cells.map((cell) => cell.trim().toLowerCase().replaceAll(/[_\s]/g, ''));
  const find = (...known: readonly string[]): number => names.findIndex((one) => known.includes(one));
  const [path, score, error] = [
    find('path', 'module', 'name'),
    find('score'),
    find('standarderror', 'stderr'),
  ];
  if (path < 0 || score < 0) {
    throw invalid(`${name}:1 has the columns ${cells.join(', ')}, and not path and score`);
  }
  return { isHeader, path, score, error: error < 0 ? undefined : error };
}

function numberIn(cell: string | undefined, where: string, what: string): number {
  const value = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw invalid(`${where} has the ${what} ${JSON.stringify(cell ?? '')}, which is no number`);
}

export const invalid = (sentence: string): LabError =>
  new LabError(
    'scores-invalid',
    `${sentence}.`,
    'Write lines of path,score[,standardError], or the file of: adapter-lab score --json.',
  );
