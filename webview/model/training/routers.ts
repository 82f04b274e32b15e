import { ofModules } from '../../../src/shared/byModule';
import { largestOf } from '../../../src/shared/largestOf';
import type { RunState } from '../../../src/shared/runState';
import type { TrialEvaluation, TrialState } from '../../../src/shared/trialState';
import { balanceOf, balanceWords, percent, type Evenness } from './evenness';
import { layerTable } from './layerTable';
import { emptyCell, type MapCell, type MapView } from './mapView';

/** What a router shares out among. */
export type Routed = 'expert' | 'B';

/** What routers did since the evaluation before: the map, and what to know of it. */
export interface RouterView {
  readonly map: MapView;
  /** In sentences. */
  readonly words: string;
}

/** Evaluations that tell of routers. */
export const routedEvaluations = ({ evaluations }: TrialState): TrialEvaluation[] =>
  evaluations.filter(({ routers }) => Object.keys(routers).length > 0);

/** The routers at an evaluation. */
export function routerView(
  { modules }: Pick<RunState, 'modules'>,
  { routers, step }: TrialEvaluation,
  one: Routed,
): RouterView {
  const shares = ofModules<readonly number[]>(routers, modules, []);
  const { roles, rows } = layerTable(modules, (place) => (shares[place]?.length ?? 0) > 0);
  const map: MapView = {
    columns: roles,
    rows: rows.map(({ layer, places }) => ({
      head: String(layer),
      cells: places.map((some) =>
        cellOf(
          some.map((place) => shares[place] ?? []),
          one,
        ),
      ),
    })),
  };
  return { map, words: routerWords(modules, shares, step, one) };
}

/** Of several modules of one role, the one whose router is least even. */
function cellOf(shares: readonly (readonly number[])[], one: Routed): MapCell {
  const [worst] = [...shares].sort((a, b) => balanceOf(b).excess - balanceOf(a).excess);
  if (worst === undefined) return emptyCell;
  const { top, topShare, excess } = balanceOf(worst);
  const among = shares.length > 1 ? `, the least even of ${shares.length} modules` : '';
  return {
    text: `${top + 1}: ${percent(topShare)}`,
    fill: excess,
    words: `${balanceWords(worst, one)}${among}`,
    bars: worst,
  };
}

const order: readonly Evenness[] = ['even', 'uneven', 'nearly collapsed', 'collapsed'];

function routerWords(
  modules: RunState['modules'],
  shares: readonly (readonly number[])[],
  step: number,
  one: Routed,
): string {
  const places = [...modules.keys()].filter((place) => (shares[place]?.length ?? 0) > 0);
  const balances = places.map((place) => ({ place, balance: balanceOf(shares[place] ?? []) }));
  const counts = order.flatMap((evenness) => {
    const count = balances.filter(({ balance }) => balance.evenness === evenness).length;
    return count === 0 ? [] : [`${count === places.length ? 'all' : count} ${evenness}`];
  });
  const worst = [...balances].sort((a, b) => b.balance.excess - a.balance.excess)[0];
  const module = worst && modules[worst.place];
  const sizes = places.map((place) => shares[place]?.length ?? 0);
  const most = Math.max(0, largestOf(sizes));
  const among = `${sizes.every((size) => size === most) ? '' : 'up to '}${most} ${one === 'B' ? 'B’s' : 'experts'}`;
  const head = `Step ${step}: ${places.length} router${places.length === 1 ? '' : 's'} over ${among}: ${counts.join(', ')}.`;
  if (worst === undefined || module === undefined || worst.balance.evenness === 'even') return head;
  return `${head} Least even: layer ${module.layer} ${module.role}, ${balanceWords(shares[worst.place] ?? [], one)}.`;
}
