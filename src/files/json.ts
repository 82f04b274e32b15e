import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
// Not as `z.core.toDotPath`: with the namespace as a value, all of zod ends up in every bundle, 300 kB more.
import { toDotPath } from 'zod/v4/core';
import { LabError, type ErrorCode } from '../shared/errors';
import { fileError } from './fileError';
import { parseJson, TooDeep } from '../shared/parseJson';

/** What a JSON file is, for the errors about it. */
export interface JsonFile {
  /** The sentence's subject: `The plan file`. */
  readonly what: string;
  /** Code where it cannot be read. */
  readonly missing: ErrorCode;
  /** Code where it is not JSON, or not of the schema. */
  readonly invalid: ErrorCode;
  /** What to do in either case. */
  readonly next: string;
}

/**
 * Reads a JSON file (UTF-8, with or without byte order mark).
 *
 * @throws LabError `about.missing`, or `about.invalid` with line and column
 */
export async function readJson(path: string, about: JsonFile): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw fileError(thrown, about.missing, about.what, path, about.next);
  }
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    const where = positionOf(text, thrown);
    throw new LabError(
      about.invalid,
      `${about.what} ${path}${where} is not valid JSON${whyOf(thrown)}.`,
      about.next,
      {
        cause: thrown,
      },
    );
  }
}

/**
 * Reads a JSON file and decodes it.
 *
 * @throws LabError as `readJson`, or `about.invalid` naming the first field that is wrong
 */
export async function readJsonAs<T>(path: string, schema: z.ZodType<T>, about: JsonFile): Promise<T> {
  const decoded = schema.safeParse(await readJson(path, about));
  if (decoded.success) return decoded.data;
  const [issue] = decoded.error.issues;
  const field = issue && issue.path.length > 0 ? ` at ${toDotPath(issue.path)}` : '';
  const why = issue?.message ?? 'unknown form';
  throw new LabError(about.invalid, `${about.what} ${path} is not as expected${field}: ${why}.`, about.next);
}

/** What V8 does not say. */
const whyOf = (thrown: unknown): string => (thrown instanceof TooDeep ? `: ${thrown.message}` : '');

/** `:line:column` from V8's message, where it names a position. */
function positionOf(text: string, thrown: unknown): string {
  const offset = /position (\d+)/.exec(String(thrown))?.[1];
  if (offset === undefined) return '';
  const before = text.slice(0, Number(offset)).split('\n');
  return `:${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
