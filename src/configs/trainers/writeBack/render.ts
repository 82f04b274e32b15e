import { stringify } from 'yaml';
import { LabError } from '../../../shared/errors';
import { isList, isPlainMap, type PlainValue } from './plainValue';
import { width, type Quote, type Style } from './style';

type Scalar = string | number | boolean | null;

/** A scalar in a file's language. */
export function scalarText({ syntax }: Pick<Style, 'syntax'>, value: Scalar, quote: Quote): string {
  if (typeof value === 'string') {
    return syntax === 'json'
      ? JSON.stringify(value)
      : syntax === 'yaml'
        ? yamlText(value, quote)
        : pythonText(value, quote);
  }
  if (syntax !== 'python') return String(value);
  return value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : String(value);
}

/** Bare where YAML lets it, unless others have quotes. A backslash means itself without quotes and in single ones. */
function yamlText(value: string, quote: Quote): string {
  if (quote === '') {
    const options = { lineWidth: 0, version: '1.1' } as const;
    const [line = '', ...more] = stringify(value, options).split('\n');
    // In brackets, commas and brackets end a bare word.
    if (more.length === 1 && (!/[,[\]{}]/.test(line) || /^["']/.test(line))) return line;
  }
  return quote === "'" && /^[\x20-\x7e]*$/.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : JSON.stringify(value);
}

/** Patterns are full of backslashes: raw strings, as people write them. */
function pythonText(value: string, quote: Quote): string {
  const mark = quote === '' ? '"' : quote;
  if (/\\/.test(value) && /^[\x20-\x7e]*[^\\]$/.test(value) && !value.includes(mark))
    return `r${mark}${value}${mark}`;
  const escaped = JSON.stringify(value).slice(1, -1);
  return mark === '"'
    ? `"${escaped}"`
    : `'${escaped.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`;
}

/** A key in brackets. @throws LabError where a Python argument cannot have this name */
export function keyText(style: Style, key: string, quote: Quote, isArgument: boolean): string {
  if (!isArgument) return scalarText(style, key, quote);
  if (/^[A-Za-z_]\w*$/.test(key)) return key;
  throw new LabError(
    'experiment-invalid',
    `"${key}" cannot be the name of a Python argument.`,
    'Write the plan into the call by hand.',
  );
}

/**
 * A value in brackets: all on one line, or a part a line.
 *
 * @param indent of the line that the value begins on
 * @param column where it begins
 */
export function bracketText(style: Style, value: PlainValue, indent: string, column: number): string {
  if (!isList(value) && !isPlainMap(value)) return scalarText(style, value, style.quote);
  const inline = inlineText(style, value);
  if (style.syntax === 'yaml' || (style.oneLine && style.syntax === 'json') || isEmpty(value)) return inline;
  const mayBeInline = isList(value) ? style.inlineLists : style.syntax === 'python';
  const fits = column + inline.length <= width || isNumbers(value);
  return mayBeInline && fits ? inline : spreadText(style, value, indent);
}

const isEmpty = (value: PlainValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Layers are better read in a row than one a line. */
const isNumbers = (value: PlainValue): boolean =>
  isList(value) && value.every((one) => typeof one === 'number');

/** A value on one line, in brackets. */
export function inlineText(style: Style, value: PlainValue): string {
  if (isList(value)) return `[${value.map((one) => inlineText(style, one)).join(style.comma)}]`;
  if (!isPlainMap(value)) return scalarText(style, value, style.quote);
  const rows = Object.entries(value).map(
    ([key, one]) => keyText(style, key, keyQuote(style), false) + innerColon(style) + inlineText(style, one),
  );
  const pad = style.padded || (style.syntax === 'yaml' && rows.length > 0) ? ' ' : '';
  return rows.length === 0 ? '{}' : `{${pad}${rows.join(style.comma)}${pad}}`;
}

function spreadText(style: Style, value: PlainValue, indent: string): string {
  const inner = indent + style.unit;
  const rows = isList(value)
    ? value.map((one) => bracketText(style, one, inner, inner.length))
    : Object.entries(value as object).map(([key, one]: [string, PlainValue]) => {
        const head = keyText(style, key, keyQuote(style), false) + innerColon(style);
        return head + bracketText(style, one, inner, inner.length + head.length);
      });
  const [open, close] = isList(value) ? '[]' : '{}';
  const end = style.syntax === 'python' ? ',' : '';
  const { newline } = style;
  return `${open}${newline}${inner}${rows.join(`,${newline}${inner}`)}${end}${newline}${indent}${close}`;
}

const keyQuote = ({ syntax, quote }: Style): Quote => (syntax === 'yaml' ? '' : quote);

/** A dictionary's, also within a call's arguments. */
export const innerColon = ({ syntax, colon }: Style): string => (syntax === 'json' ? colon : ': ');

/** The lines below a key of a block of YAML, each with its newline. */
export function blockLines(style: Style, value: PlainValue, indent: string): string {
  if (isList(value)) {
    return value.map((one) => `${indent}- ${inlineText(style, one)}${style.newline}`).join('');
  }
  return isPlainMap(value)
    ? Object.entries(value)
        .map(([key, one]) => entryLines(style, key, one, indent, ''))
        .join('')
    : '';
}

/** A key of a block of YAML with its value, in lines of their own. */
export function entryLines(
  style: Style,
  key: string,
  value: PlainValue,
  indent: string,
  quote: Quote,
): string {
  const head = `${indent}${scalarText(style, key, quote)}:`;
  const inline = inlineOf(style, value, head.length + 1);
  return inline !== undefined
    ? `${head} ${inline}${style.newline}`
    : head +
        style.newline +
        blockLines(style, value, isList(value) ? indent + style.dashIndent : indent + style.unit);
}

/** A value's text where it stands on its key's line in a block of YAML: a scalar, nothing, or a list in a file that has such. */
export function inlineOf(style: Style, value: PlainValue, column: number): string | undefined {
  if ((!isList(value) && !isPlainMap(value)) || isEmpty(value)) return inlineText(style, value);
  const inline = inlineText(style, value);
  return isList(value) && style.inlineLists && column + inline.length <= width ? inline : undefined;
}
