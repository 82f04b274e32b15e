import type { BaseModel } from '../../../files/baseModel';
import { exactPattern } from '../../../peft/exactPatterns';
import { LabError } from '../../../shared/errors';
import { keyTest } from '../../../peft/patterns';
import type { PatternRow, TrainerConfig } from '../description';
import type { Field } from '../fields';
import type { AdaptedMatrix } from '../resolve';
import { isKnown } from '../known';
import { entryAt, textOf, type ConfigEntry, type MapNode } from '../tree';

/** A rank or alpha pattern of a file, as the rules go through both. */
export interface PatternOf {
  readonly field: Extract<Field, 'rankPattern' | 'alphaPattern'>;
  /** What its values are. */
  readonly what: 'rank' | 'alpha';
  readonly rows: readonly PatternRow[];
  readonly entry: ConfigEntry;
  readonly map: MapNode;
  /** Of modules that no key matches. */
  readonly usual: number;
}

/** The patterns that are written; none for adapters that have none, like Lily. */
export function patternsOf({ kind, said, settings }: TrainerConfig): PatternOf[] {
  if (kind !== 'lora') return [];
  const of = (
    field: PatternOf['field'],
    what: PatternOf['what'],
    rows: readonly PatternRow[],
    usual: number,
  ) => {
    const entry = said[field];
    return entry?.value?.kind === 'map' ? [{ field, what, rows, entry, map: entry.value, usual }] : [];
  };
  return [
    ...of('rankPattern', 'rank', settings.ranks, settings.rank),
    ...of('alphaPattern', 'alpha', settings.alphas, settings.alpha),
  ];
}

/** Those of the patterns that the text tells as a whole. */
export const toldPatternsOf = (config: TrainerConfig): PatternOf[] =>
  patternsOf(config).filter(({ field }) => isKnown(config, field));

/** A row with the modules that it matches, whoever comes before it. */
export interface Matched {
  readonly row: PatternRow;
  readonly paths: ReadonlySet<string>;
}

export function matched(rows: readonly PatternRow[], paths: readonly string[]): Matched[] {
  return rows.map((row) => ({ row, paths: new Set(paths.filter(keyTest(row.pattern))) }));
}

/** The first row in this order that matches: what PEFT takes. */
export const winner = (rows: readonly Matched[], path: string): PatternRow | undefined =>
  rows.find(({ paths }) => paths.has(path))?.row;

/** As `json.dumps(sort_keys=True)` orders them: by code points, where JavaScript's own order goes by UTF-16 units. */
export const asSaved = (rows: readonly Matched[]): Matched[] =>
  [...rows].sort((a, b) => byCodePoints(a.row.pattern, b.row.pattern));

function byCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [at, letter] of left.entries()) {
    const difference = (letter.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Anchors and escapes of dots left out: what a key reads like to whoever wrote it. */
export const plain = (pattern: string): string => pattern.replace(/^\^|\$$/g, '').replaceAll('\\.', '.');

/** Whether a key is a name, with nothing in it that only an expression has. */
export const isName = (pattern: string): boolean => /^[\w.-]+$/.test(plain(pattern));

/** A name with every dot taken as a dot. */
export const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const pathsOf = (modules: readonly Pick<AdaptedMatrix, 'path'>[]): string[] =>
  modules.map(({ path }) => path);

/**
 * Rows with one anchored key a module, which no order can change.
 * @returns undefined where the path of one is the end of another's, so that it has no key of its own
 */
export function exactRows(
  values: ReadonlyMap<string, number>,
  base: BaseModel,
): (readonly [pattern: string, value: number])[] | undefined {
  try {
    return Object.entries(exactPattern(values, pathsOf(base.matrices)));
  } catch (thrown) {
    if (thrown instanceof LabError) return undefined;
    throw thrown;
  }
}

/** Modules outside the blocks, which targets may name and models' facts may leave out. */
const outside = new Set(
  'lm_head embed_tokens embed_out embed_in output wte wpe word_embeddings score classifier pooler pre_classifier'.split(
    ' ',
  ),
);
export const liesOutside = (name: string): boolean => outside.has(plain(name).split('.').at(-1) ?? '');

/** Names of what `target_parameters` adapts, which keys of patterns hold for as well. */
export function parameterNames({ said }: TrainerConfig): string[] {
  const node = said.targetParameters?.value;
  const names =
    node?.kind === 'list' ? node.items.flatMap((item) => textOf(item) ?? []) : [textOf(node) ?? []].flat();
  return names.flatMap((name) => name.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.')));
}

/** The map in which a key of the file stands: the file's own, or `adapter:`. */
export function mapOf({ root }: TrainerConfig, path: string): MapNode {
  const parent = path.split('.').slice(0, -1).join('.');
  const value = parent === '' ? root : entryAt(root, parent)?.value;
  return value?.kind === 'map' ? value : root;
}
