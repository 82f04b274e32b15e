import { listWords } from '../../shared/format';
import type { PlanTotals } from '../../shared/planFile';
import type { Plan, PlannedModule } from '../../shared/words';

/** How one plan differs from another, in numbers; what is more on the right is positive. */
export interface PlanDifference {
  readonly layers: number;
  readonly modules: number;
  readonly experts: number;
  readonly parameters: number;
  /** Modules that only one side adapts. */
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** Modules of both with another rank. */
  readonly ranks: number;
  /** Rank that would have to be taken from modules and given to others, where ranks are only moved. */
  readonly rankMoved: number;
  /** Modules of both with another number of experts. */
  readonly otherExperts: number;
  /** Modules of both that are alike but for their alpha. */
  readonly otherAlpha: number;
}

/** A plan with what it takes. */
export interface MeasuredPlan {
  readonly plan: Plan;
  readonly totals: PlanTotals;
}

export function planDifference(left: MeasuredPlan, right: MeasuredPlan): PlanDifference {
  const paths = [...new Set([left, right].flatMap(({ plan }) => Object.keys(plan.modules)))];
  const rows = paths.map((path) => [rowOf(left.plan, path), rowOf(right.plan, path)] as const);
  const both = rows.filter(([a, b]) => a.rank > 0 && b.rank > 0);
  const gained = rows.reduce((sum, [a, b]) => sum + Math.max(0, b.rank - a.rank), 0);
  const lost = rows.reduce((sum, [a, b]) => sum + Math.max(0, a.rank - b.rank), 0);
  const more = (of: keyof PlanTotals): number => right.totals[of] - left.totals[of];
  return {
    layers: more('layers'),
    modules: more('modules'),
    experts: more('experts'),
    parameters: more('parameters'),
    onlyLeft: rows.filter(([a, b]) => a.rank > 0 && b.rank === 0).length,
    onlyRight: rows.filter(([a, b]) => a.rank === 0 && b.rank > 0).length,
    ranks: both.filter(([a, b]) => a.rank !== b.rank).length,
    rankMoved: Math.min(gained, lost),
    otherExperts: both.filter(([a, b]) => a.experts !== b.experts).length,
    otherAlpha: both.filter(([a, b]) => a.rank === b.rank && a.experts === b.experts && a.alpha !== b.alpha)
      .length,
  };
}

/** A module without experts has no adapter, whatever rank its row still names. */
function rowOf({ modules }: Plan, path: string): Pick<PlannedModule, 'rank' | 'alpha' | 'experts'> {
  const row = modules[path];
  return row && row.experts > 0 ? row : { rank: 0, alpha: 0, experts: 0 };
}

/** What differs, in one or two sentences: "The right plan adapts 2 layers more and takes 12,288 parameters more (+25 %). …" */
export function planDifferenceWords(left: MeasuredPlan, right: MeasuredPlan): string {
  const found = planDifference(left, right);
  const of = (count: number, word: string): string =>
    `${Math.abs(count).toLocaleString('en-US')} ${word}${Math.abs(count) === 1 ? '' : 's'} ${count > 0 ? 'more' : 'fewer'}`;
  const size =
    found.parameters === 0 ? [] : [`takes ${of(found.parameters, 'parameter')}${share(left, found)}`];
  const adapts = [
    ...(found.layers === 0 ? [] : [of(found.layers, 'layer')]),
    ...(found.modules === 0 ? [] : [of(found.modules, 'module')]),
    ...(found.experts === 0 ? [] : [of(found.experts, 'expert')]),
  ];
  const totals = [...(adapts.length === 0 ? [] : [`adapts ${listWords(adapts)}`]), ...size];
  const modules = [
    ...clause(found.ranks, 'has', 'have', 'another rank'),
    ...clause(found.otherExperts, 'has', 'have', 'another number of experts'),
    ...clause(found.otherAlpha, 'has', 'have', 'another alpha at the same rank'),
    ...clause(found.onlyLeft, 'is', 'are', 'adapted on the left only'),
    ...clause(found.onlyRight, 'is', 'are', 'adapted on the right only'),
  ];
  if (totals.length === 0 && modules.length === 0) return 'Both plans give every module the same.';
  const first =
    totals.length > 0 ? `The right plan ${listWords(totals)}.` : 'Both plans are of the same size.';
  const moved =
    found.rankMoved > 0 ? ` ${found.rankMoved.toLocaleString('en-US')} of rank moved between modules.` : '';
  return `${first}${modules.length > 0 ? ` Of the modules ${listWords(modules)}.` : ''}${moved}`;
}

const clause = (count: number, one: string, many: string, rest: string): string[] =>
  count === 0 ? [] : [`${count.toLocaleString('en-US')} ${count === 1 ? one : many} ${rest}`];

function share({ totals }: MeasuredPlan, { parameters }: PlanDifference): string {
  if (totals.parameters === 0) return '';
  const part = (100 * parameters) / totals.parameters;
  return ` (${part > 0 ? '+' : '−'}${Math.abs(part).toFixed(Math.abs(part) < 10 ? 1 : 0)} %)`;
}
