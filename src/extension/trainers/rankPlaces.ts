import { isMap, isScalar } from 'yaml';
import { experimentAnchors } from '../../configs/experiment/locate';
import {
  childMap,
  findPair,
  parseYaml,
  positionAt,
  rangeOf,
  type TextRange,
} from '../../configs/text/yamlText';
import type { TrainerConfig } from '../../configs/trainers/description';
import { numberOf } from '../../configs/trainers/tree';

/** Whose rank it is: the experiment's own, one row's of its plan, or that of one of a config's adapters. */
export type RankOf =
  | { readonly kind: 'adapter' }
  | { readonly kind: 'row'; readonly path: string }
  | { readonly kind: 'config'; readonly index: number };

/** A rank that is written somewhere. */
export interface RankPlace {
  readonly of: RankOf;
  readonly rank: number;
  /** Zero-based. */
  readonly line: number;
  /** The number's own text. */
  readonly value: TextRange;
}

/** Above more rows than these, lenses would be most of what is seen; the light bulb changes ranks in all of them. */
const fewRows = 6;

/** The ranks of an experiment that have a lens; half-typed text has fewer. */
export function experimentRanks(text: string): RankPlace[] {
  const { contents } = parseYaml(text);
  const root = isMap(contents) ? contents : undefined;
  const adapter = placeIn(text, childMap(root, 'adapter'), { kind: 'adapter' });
  const rows = childMap(childMap(root, 'plan'), 'modules');
  const count = rows?.items.length ?? 0;
  const { modules } = count > 0 && count <= fewRows ? experimentAnchors(text) : { modules: [] };
  return [
    ...adapter,
    ...modules.flatMap(({ path }) =>
      rows ? placeIn(text, childMap(rows, path), { kind: 'row', path }) : [],
    ),
  ];
}

function placeIn(text: string, map: ReturnType<typeof childMap>, of: RankOf): RankPlace[] {
  const scalar = map && findPair(map, 'rank')?.value;
  const value = rangeOf(scalar);
  if (!isScalar(scalar) || typeof scalar.value !== 'number' || !value) return [];
  return [{ of, rank: scalar.value, line: positionAt(text, value.start).line, value }];
}

/** The ranks that a document's adapters have written as numbers. */
export const configRanks = (text: string, configs: readonly TrainerConfig[]): RankPlace[] =>
  configs.flatMap(({ said }, index) => {
    const rank = numberOf(said.rank?.value);
    const value = said.rank?.value?.range;
    // Python's r=RANK: a number in its place would leave the name behind.
    if (rank === undefined || !value || said.rank?.value?.isElsewhere) return [];
    return [{ of: { kind: 'config', index }, rank, line: positionAt(text, value.start).line, value }];
  });
