import type { TextRange } from '../../text/yamlText';
import type { TextEdit } from '../../text/textEdit';
import type { TrainerConfig } from '../description';
import type { Field } from '../fields';
import { setKeys, type KeyChange } from '../writeBack/setKey';
import type { Syntax } from '../tree';
import type { Fix, RuleInput } from './rule';
import { read } from './unreadable';

/** Where a field stands in a file of this format, key by key; the format has to have it. */
export const pathOf = ({ keys }: TrainerConfig, field: Field): readonly string[] =>
  (keys[field] ?? field).split('.');

/** A fix that sets or removes keys; none where the file is written in a way that cannot be edited safely, or says so already. */
export function keyFix(
  { text, config: { syntax, root }, parse }: RuleInput,
  title: string,
  changes: readonly KeyChange[],
  isPreferred = false,
): Fix[] {
  const edits = read(() => setKeys({ text, syntax, root }, changes, parse)) ?? [];
  return edits.length === 0 ? [] : [{ title, edits, ...(isPreferred ? { isPreferred } : {}) }];
}

/** Sets one field. */
export const setFix = (
  input: RuleInput,
  field: Field,
  value: KeyChange['value'],
  title: string,
  isPreferred = true,
): Fix[] =>
  input.config.keys[field] === undefined
    ? []
    : keyFix(input, title, [{ path: pathOf(input.config, field), value }], isPreferred);

export const removeFix = (input: RuleInput, field: Field, isPreferred = false): Fix[] =>
  keyFix(
    input,
    `Remove ${pathOf(input.config, field).at(-1) ?? field}`,
    [{ path: pathOf(input.config, field), value: undefined }],
    isPreferred,
  );

/** YAML reads these as themselves where they stand bare, in blocks and in flows. */
const isBare = (word: string): boolean =>
  /^[A-Za-z_^][\w^.\\$*+?()|/-]*$/.test(word) && !/^(true|false|null|yes|no|on|off)$/i.test(word);

/** Another word in the place of one, a key or an item, in the quotes that it had. */
export function reword(text: string, range: TextRange, word: string, syntax: Syntax): TextEdit {
  const quote = /^[a-zA-Z]*(["']?)/.exec(text.slice(range.start, range.end))?.[1] ?? '';
  if (syntax === 'yaml' && quote === '' && isBare(word)) return { ...range, text: word };
  if (syntax === 'yaml' && quote !== '"') return { ...range, text: `'${word.replaceAll("'", "''")}'` };
  if (syntax === 'python' && /^[^"'\n]*[^"'\\\n]$/.test(word)) {
    const kept = quote === '' ? '"' : quote;
    return { ...range, text: `${word.includes('\\') ? 'r' : ''}${kept}${word}${kept}` };
  }
  return { ...range, text: JSON.stringify(word) };
}

/** Leaves out one of several that stand in a row with commas between them; the only one stays. */
export function dropped(ranges: readonly TextRange[], at: number): TextEdit | undefined {
  const [range, before, after] = [ranges[at], ranges[at - 1], ranges[at + 1]];
  if (range === undefined) return undefined;
  if (after !== undefined) return { start: range.start, end: after.start, text: '' };
  return before && { start: before.end, end: range.end, text: '' };
}
