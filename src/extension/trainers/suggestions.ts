import type { BaseModel } from '../../files/baseModel';
import type { TrainerConfig } from '../../configs/trainers/description';
import { fields, type Field } from '../../configs/trainers/fields';
import { fieldDocs } from '../../configs/trainers/facts/fieldDocs';
import { fieldTypes } from '../../configs/trainers/fieldTypes';
import { exactKey } from '../../peft/exactPatterns';
import { formatCount } from '../../shared/format';
import type { Cursor } from './cursor';

/** One thing that can be typed. */
export interface Suggestion {
  readonly label: string;
  /** Beside the label. */
  readonly detail: string;
  readonly documentation?: string | undefined;
  /** In the place of the word, quotes and what follows a key included. */
  readonly insert: string;
  readonly kind: 'key' | 'module' | 'value';
}

/**
 * What can stand at a place of a config: the format's keys that are not there yet, the modules of the model, keys of patterns
 * that hold for one module and no other, the values of those that have few.
 *
 * @param base absent where the model is not known; modules are left out then
 */
export function suggestionsAt(
  cursor: Cursor,
  config: TrainerConfig,
  base: BaseModel | undefined,
): Suggestion[] {
  const field = fieldAt(config, cursor.path);
  if (cursor.kind === 'key') {
    if (field === 'rankPattern' || field === 'alphaPattern')
      return base ? patternKeys(cursor, config, base, field) : [];
    return missingKeys(cursor, config);
  }
  if (field === 'targets' || field === 'excluded') return moduleNames(cursor, config, base, field);
  const values = field === undefined ? [] : (fieldTypes[field].values ?? []);
  return values.map((value) => ({
    label: valueText(value, config),
    detail: '',
    insert: typeof value === 'string' ? written(value, cursor, config) : valueText(value, config),
    kind: 'value',
  }));
}

/** The field whose key a path leads to. */
const fieldAt = ({ keys }: TrainerConfig, path: readonly string[]): Field | undefined =>
  fields.find((field) => keys[field] === path.join('.'));

function missingKeys(cursor: Cursor, config: TrainerConfig): Suggestion[] {
  const { keys, said, syntax } = config;
  const prefix = cursor.path.map((key) => `${key}.`).join('');
  return fields.flatMap((field) => {
    const path = keys[field];
    if (path === undefined || said[field] || !path.startsWith(prefix)) return [];
    const key = path.slice(prefix.length);
    if (key.includes('.')) return [];
    const colon = cursor.quote !== '' ? '' : syntax === 'python' ? '=' : ': ';
    const name = syntax === 'python' ? key : written(key, cursor, config);
    return [
      { label: key, detail: '', documentation: fieldDocs[field], insert: name + colon, kind: 'key' as const },
    ];
  });
}

function moduleNames(
  cursor: Cursor,
  config: TrainerConfig,
  base: BaseModel | undefined,
  field: Field,
): Suggestion[] {
  const groups = new Map<string, { count: number; size: string }>();
  for (const { path, inFeatures, outFeatures } of base?.matrices ?? []) {
    const name = path.split('.').at(-1) ?? path;
    const group = groups.get(name) ?? { count: 0, size: `${outFeatures} × ${inFeatures}` };
    groups.set(name, { ...group, count: group.count + 1 });
  }
  const there = new Set(config.settings.targetNames.map(({ name }) => name));
  const names = [...groups].filter(([name]) => field !== 'targets' || !there.has(name) || !cursor.isItem);
  const whole =
    field === 'targets' && !cursor.isItem && config.format !== 'torchtune'
      ? [{ label: allWord(config), detail: 'every linear module but the head' }]
      : [];
  return [
    ...names.map(([label, { count, size }]) => ({ label, detail: `${formatCount(count)} modules, ${size}` })),
    ...whole,
  ].map((one) => ({ ...one, insert: written(one.label, cursor, config), kind: 'module' }));
}

const allWord = ({ format }: TrainerConfig): string =>
  format.startsWith('llama-factory') ? 'all' : 'all-linear';

function patternKeys(
  cursor: Cursor,
  config: TrainerConfig,
  base: BaseModel,
  field: 'rankPattern' | 'alphaPattern',
): Suggestion[] {
  const { rank, alpha, ranks, alphas } = config.settings;
  const value = field === 'rankPattern' ? rank : alpha;
  const there = new Set((field === 'rankPattern' ? ranks : alphas).map(({ pattern }) => pattern));
  const colon = cursor.quote === '' ? `: ${value}` : '';
  return base.matrices.flatMap(({ path, inFeatures, outFeatures }) => {
    const key = exactKey(path);
    if (there.has(key)) return [];
    const size = `${outFeatures} × ${inFeatures}`;
    const documentation = 'Holds for this module and no other.';
    return [
      {
        label: path,
        detail: size,
        documentation,
        insert: written(key, cursor, config) + colon,
        kind: 'module' as const,
      },
    ];
  });
}

/** A text as the syntax writes it behind what is there: with quotes, or inside of those that are. */
function written(text: string, { quote }: Cursor, { syntax }: TrainerConfig): string {
  const escaped = JSON.stringify(text).slice(1, -1);
  if (syntax === 'yaml') return quote === '"' ? escaped : text;
  return quote === '' ? `"${escaped}"` : escaped;
}

const valueText = (value: string | boolean, { syntax }: TrainerConfig): string =>
  typeof value === 'string' || syntax !== 'python' ? String(value) : value ? 'True' : 'False';
