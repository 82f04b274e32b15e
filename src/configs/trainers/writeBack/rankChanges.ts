import { exactKey } from '../../../peft/exactPatterns';
import { keyFor } from '../../../peft/patterns';
import type { RankAndAlpha } from '../../../peft/config';
import type { PatternRow, TrainerConfig } from '../description';
import type { Field } from '../fields';
import { formatOf } from '../formats/formats';
import { isKnown } from '../known';
import type { KeyChange } from './setKey';
import { near, nothing, unique } from './targetChanges';

type Values = ReadonlyMap<string, RankAndAlpha>;

export const isUniform = (modules: Values): boolean =>
  unique([...modules.values()].map(({ rank, alpha }) => `${rank} ${alpha}`)).length === 1;

/**
 * Edits of r, alpha and, where modules differ, of the patterns. `r` is the largest rank: tools that make room for an adapter
 * look at it alone.
 */
export function rankChanges(config: TrainerConfig, modules: Values): KeyChange[] {
  const usual = [...modules.values()].reduce((best, one) => (one.rank > best.rank ? one : best));
  const changes = usualChanges(config, usual);
  for (const [field, name, rows] of [
    ['rankPattern', 'rank', config.settings.ranks],
    ['alphaPattern', 'alpha', config.settings.alphas],
  ] as const) {
    const key = config.keys[field];
    const values = new Map([...modules].map(([path, module]) => [path, module[name]]));
    const pattern = patternFor(rows, values, usual[name]);
    if (key === undefined || (pattern.size === 0 && rows.length === 0 && isSilent(config, field))) continue;
    const after = near(
      config,
      ...(field === 'alphaPattern' ? (['rankPattern'] as const) : []),
      'alpha',
      'rank',
      'targets',
    );
    const value = pattern.size === 0 ? nothing(config, field) : Object.fromEntries(pattern);
    changes.push({ path: key, value, after });
  }
  return changes;
}

/** Whether a pattern that gives no rows gives none when it is run either. What is not known is never taken for right. */
const isSilent = (config: TrainerConfig, field: Field): boolean =>
  config.said[field] === undefined || isKnown(config, field);

/**
 * What the file says for all modules, where it does not say so already, by itself or by the trainer's default. A value that the
 * text does not tell is replaced: that it would be the right one is not known.
 */
export function usualChanges(config: TrainerConfig, { rank, alpha }: RankAndAlpha): KeyChange[] {
  const { keys, said, settings, kind } = config;
  const changes: KeyChange[] = [];
  if (keys.rank !== undefined && (settings.rank !== rank || !isKnown(config, 'rank')))
    changes.push({ path: keys.rank, value: rank, after: near(config, 'targets', 'alpha') });
  const byDefault =
    formatOf(config)?.defaultsOf(kind, said).alpha(rank) ??
    (settings.rank === rank ? settings.alpha : undefined);
  const now = said.alpha?.value === undefined ? byDefault : settings.alpha;
  if (keys.alpha !== undefined && (now !== alpha || !isKnown(config, 'alpha')))
    changes.push({ path: keys.alpha, value: alpha, after: near(config, 'rank') });
  return changes;
}

/**
 * Rows for modules whose value is not the usual one. Rows that the file has stay where they are right, or become right with
 * another number; others have a key that holds for one module only.
 */
export function patternFor(
  rows: readonly PatternRow[],
  values: ReadonlyMap<string, number>,
  usual: number,
): ReadonlyMap<string, number> {
  const kept = keptRows(rows, values, usual);
  const pattern = new Map(kept);
  for (const [path, value] of values) {
    if (value !== usual && keyFor(kept.keys(), path) === undefined) pattern.set(exactKey(path), value);
  }
  const paths = [...values.keys()];
  const place = (key: string): number => paths.findIndex((path) => keyFor([key], path) !== undefined);
  // In the model's order: no module has two rows, so that the order has no meaning to PEFT.
  const rowsByPlace = [...pattern].map(([key, value]) => ({ key, value, place: place(key) }));
  return new Map(rowsByPlace.sort((x, y) => x.place - y.place).map(({ key, value }) => [key, value]));
}

/**
 * Rows of the file that mean one number: the one that all modules want for which they hold. A module that two rows hold for
 * gets none of them: saving sorts the keys, so that another one would win.
 */
function keptRows(
  rows: readonly PatternRow[],
  values: ReadonlyMap<string, number>,
  usual: number,
): Map<string, number> {
  const kept = new Map<string, number>();
  for (const { pattern, value: now } of rows) {
    const found = [...values].filter(([path]) => keyFor([pattern], path) !== undefined);
    const [value, ...others] = unique(found.map(([, one]) => one));
    const isAlone = found.every(([path]) => keyFor(kept.keys(), path) === undefined);
    const isNeeded = value === now || value !== usual;
    if (value !== undefined && others.length === 0 && isAlone && isNeeded) kept.set(pattern, value);
  }
  return kept;
}
