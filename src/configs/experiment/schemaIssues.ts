import { isCollection, isMap, isPair, isScalar, type Document } from 'yaml';
import type * as z from 'zod';
import type { Issue } from './issue';
import { schemaInfo, type SchemaPath } from './schemaWalk';
import { isNear, nearestOf } from '../text/nearest';
import { findPair, rangeOf, type TextRange } from '../text/yamlText';

type ZodIssue = z.core.$ZodIssue;

/** What the schema finds wrong, in sentences and with places in the text. */
export function schemaIssues(issues: readonly ZodIssue[], document: Document, value: unknown): Issue[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, document));
    return [wrongValue(issue, path, document, valueAt(value, path))];
  });
}

/** The place of a value: its own text, else its key, else the block that it is missing from. */
export function placeOf(document: Document, path: SchemaPath): TextRange {
  const own: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const empty = isScalar(own) && own.value === null && own.source === '';
  const range = empty ? undefined : rangeOf(own);
  if (range && path.length > 0 && !isCollection(own)) return range;
  return keyPlace(document, path) ?? firstKey(own) ?? range ?? parentPlace(document, path);
}

/** The place of a key. */
function keyPlace(document: Document, path: SchemaPath): TextRange | undefined {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  return isMap(parent) && key !== undefined ? rangeOf(findPair(parent, String(key))?.key) : undefined;
}

/** An item of a list has no key: its first one stands for it. */
const firstKey = (node: unknown): TextRange | undefined => {
  const first: unknown = isMap(node) ? node.items[0] : undefined;
  return isPair(first) ? rangeOf(first.key) : undefined;
};

const parentPlace = (document: Document, path: SchemaPath): TextRange =>
  path.length === 0 ? { start: 0, end: 0 } : placeOf(document, path.slice(0, -1));

function unknownKey(path: SchemaPath, key: string, document: Document): Issue {
  const known = schemaInfo(path)?.keys ?? [];
  const nearest = nearestOf(key, known);
  const guess =
    nearest !== undefined && isNear(key, nearest) ? `Did you mean "${nearest}"?` : `Nearest is "${nearest}".`;
  const where = path.length > 0 ? ` in ${pathName(path)}` : '';
  return {
    code: 'experiment-invalid',
    severity: 'error',
    message: `Unknown key "${key}"${where}.`,
    next: nearest === undefined ? 'Remove it.' : `${guess} Known keys: ${known.join(', ')}.`,
    range: placeOfKey(document, path, key),
    ...(nearest !== undefined && isNear(key, nearest) ? { replacement: nearest } : {}),
  };
}

const placeOfKey = (document: Document, path: SchemaPath, key: string): TextRange =>
  keyPlace(document, [...path, key]) ?? placeOf(document, path);

function wrongValue(issue: ZodIssue, path: SchemaPath, document: Document, value: unknown): Issue {
  const info = schemaInfo(path);
  const common = { code: 'experiment-invalid', severity: 'error', range: placeOf(document, path) } as const;
  if (path.length === 0) {
    const message = value === null ? 'The experiment is empty.' : 'The experiment is not a block of keys.';
    return { ...common, message, next: 'Write at least version, model, tasks and method.' };
  }
  const name = pathName(path);
  if (value === undefined || value === null) {
    const about = info?.description ? `: ${info.description}` : '.';
    return value === null
      ? { ...common, message: `${name} is empty.`, next: `Write a value${about}` }
      : { ...common, message: `${name} is missing.`, next: `Add "${String(path.at(-1))}"${about}` };
  }
  const empty = value === '' || (Array.isArray(value) && value.length === 0);
  const message = `${name} ${expectation(issue)}${empty ? '' : `, not ${shown(value)}`}.`;
  const nearest = typeof value === 'string' ? nearestOf(value, info?.values ?? []) : undefined;
  if (nearest !== undefined && isNear(String(value), nearest)) {
    return { ...common, message, next: `Did you mean "${nearest}"?`, replacement: nearest };
  }
  const fallback = info?.defaultText;
  return {
    ...common,
    message,
    next:
      fallback === undefined
        ? 'Correct the value.'
        : `Correct the value, or remove the key to use ${fallback}.`,
  };
}

/** The rest of a sentence that begins with the field's name. */
function expectation(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'array') return 'must not be an empty list';
      if (issue.origin === 'string') return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'custom':
      return issue.message;
    case 'invalid_union':
      return 'must be a number or a text';
    default:
      return `is not valid (${issue.message})`;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block of keys';
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? String(value) : text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** tasks, 0, kind -> `tasks[0].kind` */
const pathName = (path: SchemaPath): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');

function valueAt(value: unknown, path: SchemaPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
