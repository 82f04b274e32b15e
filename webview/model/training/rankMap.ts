import { formatCount } from '../../../src/shared/format';
import { largestOf } from '../../../src/shared/largestOf';
import type { Module } from '../../../src/shared/words';
import { layerTable } from './layerTable';
import { emptyCell, type MapCell, type MapView } from './mapView';
import type { RankMoment } from './rankMoments';

/** The ranks at a step, with how they moved. */
export interface RankMap {
  readonly map: MapView;
  /** In sentences: the total, and what moved. */
  readonly words: string;
}

/**
 * The map of ranks at a moment.
 * @param moments all of the trial: the color scale holds for all of them
 * @param at place in `moments`
 */
export function rankMap(
  modules: readonly Module[],
  moments: readonly RankMoment[],
  at: number,
  against: 'before' | 'start',
): RankMap {
  const now = moments[at];
  const reference = at === 0 ? undefined : moments[against === 'start' ? 0 : at - 1];
  const adapted = (place: number): boolean => moments.some(({ ranks }) => (ranks[place] ?? 0) > 0);
  const { roles, rows } = layerTable(modules, adapted);
  const sumOf = (moment: RankMoment | undefined, places: readonly number[]): number =>
    places.reduce((sum, place) => sum + (moment?.ranks[place] ?? 0), 0);
  const most = Math.max(
    1,
    largestOf(
      moments.flatMap((moment) => rows.flatMap(({ places }) => places.map((some) => sumOf(moment, some)))),
    ),
  );
  const weighted = moments.some(({ weights }) => Object.keys(weights).length > 0);
  const map: MapView = {
    columns: [...roles, ...(weighted ? ['weight'] : [])],
    rows: rows.map(({ layer, places }) => ({
      head: String(layer),
      cells: [
        ...places.map((some) => {
          if (some.length === 0) return emptyCell;
          const rank = sumOf(now, some);
          return rankCell(rank, reference && rank - sumOf(reference, some), rank / most);
        }),
        ...(weighted ? [weightCell(now?.weights[layer])] : []),
      ],
    })),
  };
  return { map, words: rankWords(modules, moments, at, reference) };
}

function rankCell(rank: number, change: number | undefined, fill: number): MapCell {
  const text = String(rank);
  if (change === undefined) return { text, fill, words: `rank ${rank}` };
  if (change === 0)
    return { text, fill, move: { kind: 'same', text: '=' }, words: `rank ${rank}, did not move` };
  const move = { kind: change > 0 ? ('up' as const) : ('down' as const), text: signed(change) };
  return { text, fill, move, words: `rank ${rank}, moved ${signed(change)}` };
}

/** A layer counts as it stands until its weight is moved first. */
const weightCell = (weight = 1): MapCell => ({
  ...{ text: weight.toFixed(2), fill: 0, words: `weight of the layer ${weight.toFixed(2)}` },
});

function rankWords(
  modules: readonly Module[],
  moments: readonly RankMoment[],
  at: number,
  reference: RankMoment | undefined,
): string {
  const now = moments[at];
  if (now === undefined) return '';
  const total = (moment: RankMoment): number => moment.ranks.reduce((sum, rank) => sum + rank, 0);
  const head = `Step ${now.step}: total rank ${formatCount(total(now))}`;
  if (reference === undefined)
    return `${head}, ${now.step === 0 ? 'at the start' : 'the first that was told'}.`;
  const since = reference.step === 0 ? 'at the start' : `at step ${reference.step}`;
  const changes = modules.map((_, place) => (now.ranks[place] ?? 0) - (reference.ranks[place] ?? 0));
  const adapted = modules.filter((_, place) => moments.some(({ ranks }) => (ranks[place] ?? 0) > 0)).length;
  const moved = changes.filter((change) => change !== 0).length;
  const most = changes.reduce(
    (top, change, place) => (Math.abs(change) > Math.abs(changes[top] ?? 0) ? place : top),
    0,
  );
  const module = modules[most];
  const said =
    moved === 0 || module === undefined
      ? `No rank moved${isSame(now.weights, reference.weights) ? '' : ', but weights of layers did'}.`
      : `Rank moved in ${moved} of ${adapted} modules, most in layer ${module.layer} ${module.role}: ${signed(changes[most] ?? 0)}.`;
  return `${head}; ${formatCount(total(reference))} ${since}. ${said}`;
}

const isSame = (one: RankMoment['weights'], other: RankMoment['weights']): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** With a real minus sign. */
export const signed = (change: number): string => (change > 0 ? `+${change}` : `−${-change}`);
