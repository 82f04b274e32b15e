import * as z from 'zod';
import { LabError } from '../shared/errors';

/** Ids are rows of a table: whole numbers that a table can have. */
const id = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31 - 1);

/** What the library takes on trust of a tokenizer.json; everything else is its own to refuse. */
const schema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id, content: z.string().min(1) })).nullish(),
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.union([z.record(z.string(), id), z.array(z.tuple([z.string(), z.number()]))]),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).nullish(),
  }),
});

/**
 * Checks a tokenizer.json before it is given to the library.
 *
 * @param value of `JSON.parse`
 * @throws LabError tokenizer-invalid with the first place that is wrong
 */
export function requireTokenizerFile(value: unknown, file: string): Readonly<Record<string, unknown>> {
  const parsed = schema.safeParse(value);
  const [issue] = parsed.error?.issues ?? [];
  if (issue)
    throw invalidTokenizer(file, `${issue.path.slice(0, 4).join('.')}: ${issue.message.slice(0, 200)}`);
  const definition = value as Readonly<Record<string, unknown>>;
  for (const part of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) {
    for (const expression of expressionsIn(definition[part], 0)) {
      // Looking whether it ends takes time as well.
      if (expression.length > mostCharacters)
        throw invalidTokenizer(
          file,
          `an expression of its ${part} is longer than ${mostCharacters} characters`,
        );
      if (mayNotEnd(expression))
        throw invalidTokenizer(
          file,
          `the expression ${JSON.stringify(expression.slice(0, 100))} of its ${part} may not end`,
        );
    }
  }
  return definition;
}

/** An error about a tokenizer's file. @param what is wrong, without a full stop */
export const invalidTokenizer = (file: string, what: string, cause?: unknown): LabError =>
  new LabError(
    'tokenizer-invalid',
    `${file} cannot be used: ${what}.`,
    'Save the tokenizer again with the tool that made the model.',
    { cause },
  );

/** Of an expression; published ones have a few hundred. */
const mostCharacters = 5000;
/** Parts stand in parts; published ones some three deep. */
const mostDepth = 50;

function expressionsIn(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > mostDepth) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Regex' && typeof inner === 'string' ? [inner] : expressionsIn(inner, depth + 1),
  );
}

const atom = String.raw`(?:\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^\\[\](){}|*+?])`;
const open = String.raw`\((?:\?:|\?<\w+>)?`;
/** One thing that repeats, in a group that repeats: `(a+)+`, `(?:\s*)*`. */
const repeatedRepeat = new RegExp(`${open}${atom}[*+]\\??\\)(?:[*+]|\\{\\d+,)`, 's');
/** Two ways for the same letter, in a group that repeats: `(a|a)*`, `(.|\n.)+`. */
const repeatedChoice = new RegExp(`${open}(${atom})[*+?]?\\|\\1[*+?]?\\)(?:[*+]|\\{\\d+,)`, 's');

/** The plain forms of expressions for whose ways through a text there is no time. */
const mayNotEnd = (expression: string): boolean =>
  repeatedRepeat.test(expression) || repeatedChoice.test(expression);
