import { isDeepStrictEqual } from 'node:util';
import { dropped, keyFix, pathOf } from './fixes';
import {
  asSaved,
  exactRows,
  matched,
  pathsOf,
  toldPatternsOf,
  winner,
  type Matched,
  type PatternOf,
} from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, listed, ratio } from './say';

/**
 * D2: of two keys that match one module PEFT takes the first in the order of the file (`get_pattern_key`), and it saves with
 * sorted keys, so that another one may be first when the adapter is loaded: its tensors then have the wrong shape. A key for
 * few modules before one for more is what users mean, and is left alone while the sorted order gives the same.
 */
export const overlappingKeys: Rule = {
  id: 'D2',
  severity: 'warning',
  title: 'Two keys match one module',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  check(input) {
    const { resolved, config } = input;
    return toldPatternsOf(config).flatMap((pattern) => [
      ...repeated(input, pattern),
      ...(resolved ? overlaps(input, pattern, pathsOf(resolved.modules)) : []),
    ]);
  },
};

/** One key twice: Python keeps the place of the first and the value of the last. YAML calls it a fault by itself. */
function repeated({ config }: RuleInput, { map, entry, what }: PatternOf): Finding[] {
  if (config.syntax === 'yaml') return [];
  const rows = map.entries.map(({ keyRange, value }) => ({
    start: keyRange.start,
    end: value?.range.end ?? keyRange.end,
  }));
  return map.entries.flatMap((one, at) => {
    const later = map.entries.slice(at + 1).findLast(({ key }) => key === one.key);
    if (later === undefined) return [];
    const edit = dropped(rows, at);
    const value = later.value?.kind === 'scalar' ? `, ${what} ${String(later.value.value)}` : '';
    return [
      {
        message: `${entry.key} has the key ${JSON.stringify(one.key)} twice: the last one holds${value}, and this one for nothing.`,
        range: one.keyRange,
        fixes: edit ? [{ title: 'Remove this one', edits: [edit], isPreferred: true }] : [],
      },
    ];
  });
}

function overlaps(input: RuleInput, pattern: PatternOf, paths: readonly string[]): Finding[] {
  const rows = matched(pattern.rows, paths);
  const found = rows.flatMap((one, at): Found[] => shadowed(one, rows.slice(0, at), paths));
  const moved = paths.filter((path) => winner(rows, path)?.value !== winner(asSaved(rows), path)?.value);
  if (found.length === 0 && moved.length > 0) {
    const first = winner(asSaved(rows), moved[0] ?? '');
    const one = rows.find(({ row }) => row === first);
    if (one) found.push({ one, sentence: 'also matches modules that an earlier key holds for.' });
  }
  const saved =
    moved.length === 0
      ? ''
      : ` PEFT saves with sorted keys: loaded again, ${counted(moved.length, 'module')} would have ${moved.length === 1 ? 'another' : 'other'} ${pattern.what}${moved.length === 1 ? '' : 's'}${pattern.what === 'rank' ? ', which the saved tensors do not fit' : ''}.`;
  return found.map(({ one, sentence }) => ({
    message: `${pattern.entry.key} key ${JSON.stringify(one.row.pattern)} ${sentence}${saved}`,
    range: one.row.keyRange,
    fixes: fixes(input, pattern, rows, one, paths),
  }));
}

interface Found {
  readonly one: Matched;
  readonly sentence: string;
}

/** A key that others take modules from, unless each of them is for fewer modules and so meant to come first. */
function shadowed(one: Matched, before: readonly Matched[], paths: readonly string[]): Found[] {
  const mine = paths.filter((path) => one.paths.has(path));
  const lost = mine.filter((path) => {
    const taken = winner(before, path);
    return taken !== undefined && taken.value !== one.row.value;
  });
  if (lost.length === 0) return [];
  const winners = before.filter(({ row }) => lost.some((path) => winner(before, path) === row));
  const isNarrower = (other: Matched): boolean =>
    other.paths.size < one.paths.size && [...other.paths].every((path) => one.paths.has(path));
  if (lost.length < mine.length && winners.every(isNarrower)) return [];
  const by = listed(winners.map(({ row }) => JSON.stringify(row.pattern)));
  const values = listed([...new Set(winners.map(({ row }) => ratio(row.value)))]);
  return [
    {
      one,
      sentence: `loses ${lost.length < mine.length ? `${lost.length} of its ${mine.length} modules` : mine.length === 1 ? 'its only module' : `all of its ${mine.length} modules`} to ${by}, which ${winners.length === 1 ? 'comes' : 'come'} first: ${lost.length === 1 ? 'it has' : 'they have'} ${values}, not ${ratio(one.row.value)}.`,
    },
  ];
}

function fixes(
  input: RuleInput,
  { entry, field, what }: PatternOf,
  rows: readonly Matched[],
  one: Matched,
  paths: readonly string[],
): Fix[] {
  const exactly = (order: readonly Matched[]): Readonly<Record<string, number>> | undefined => {
    const values = paths.flatMap((path) => {
      const row = winner(order, path);
      return row ? [[path, row.value] as const] : [];
    });
    const written = input.base && exactRows(new Map(values), input.base);
    return written && Object.fromEntries(written);
  };
  const asItIs = exactly(rows);
  const preferred = exactly([one, ...rows.filter((row) => row !== one)]);
  if (!asItIs || !preferred) return [];
  const path = pathOf(input.config, field);
  const size = counted(Object.keys(asItIs).length, 'exact key');
  return [
    ...keyFix(input, `Write ${entry.key} as ${size}, ${what}s as they are`, [{ path, value: asItIs }], true),
    ...(isDeepStrictEqual(asItIs, preferred)
      ? []
      : keyFix(input, `Write ${entry.key} as ${size}, ${JSON.stringify(one.row.pattern)} before the others`, [
          { path, value: preferred },
        ])),
  ];
}
