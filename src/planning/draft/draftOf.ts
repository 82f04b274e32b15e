import type { Draft, LimitUse } from '../../shared/draft';
import type { PlanTotals } from '../../shared/planFile';
import type { Budget } from '../../shared/words';
import { budgetLimits, bytesPerParameter } from '../budget';
import { summaryOf } from '../planSummary';
import { planTotals } from '../totals';
import { budgetOf } from './draftBudget';
import { formOf, type DraftFrame, type DraftState } from './frame';
import { methodChoices } from './methodChoices';
import { uniformControl } from './uniformControl';

/** What of a draft a plan alone tells. */
export type DraftFacts = Pick<
  Draft,
  'plan' | 'totals' | 'summary' | 'method' | 'byHand' | 'methods' | 'limits' | 'control' | 'rankStabilized'
>;

/** All that a page is told of a plan as it stands. */
export function draftFacts(frame: DraftFrame, state: DraftState): DraftFacts {
  const { plan, method, byHand } = state;
  const totals = totalsIn(frame, state);
  return {
    plan,
    totals,
    summary: draftSummary(frame, state, totals),
    method,
    byHand,
    methods: methodChoices(frame),
    ...(frame.rankStabilized === undefined ? {} : { rankStabilized: frame.rankStabilized }),
    limits: limitsUsed(budgetOf(frame, state), totals, layersOf(frame)),
    control: controlOf(frame, totals),
  };
}

export const totalsIn = (frame: DraftFrame, { plan }: Pick<DraftState, 'plan'>): PlanTotals =>
  planTotals(plan, frame.modules, formOf(frame));

/** One sentence of what a plan keeps, and another where it was changed by hand. */
export function draftSummary(frame: DraftFrame, state: DraftState, totals = totalsIn(frame, state)): string {
  const { plan, byHand } = state;
  const budget = budgetOf(frame, state);
  const locked = Object.values(plan.modules).filter((row) => row.locked).length;
  const summary = summaryOf({ modules: frame.modules, budget }, plan, totals, locked);
  return byHand ? `${summary} Changed by hand.` : summary;
}

const layersOf = ({ modules }: DraftFrame): number =>
  1 + modules.reduce((last, { layer }) => Math.max(last, layer), -1);

/** Each limit of a budget with what a plan takes of it, as the budget counts. */
export function limitsUsed(budget: Budget, totals: PlanTotals, layers: number): LimitUse[] {
  const { parameters, experts, megabytes } = budget;
  const use = (limit: keyof Budget, most: number | undefined, used: number): LimitUse[] =>
    most === undefined ? [] : [{ limit, most, used }];
  return [
    ...use('layers', budget.layers && budgetLimits(budget, layers).layers, totals.layers).map((one) =>
      budget.layers && 'share' in budget.layers ? { ...one, share: budget.layers.share } : one,
    ),
    ...use('parameters', parameters, totals.parameters),
    ...use('experts', experts, totals.experts),
    ...use('megabytes', megabytes, (totals.parameters * bytesPerParameter) / 1e6),
  ];
}

function controlOf(frame: DraftFrame, { parameters }: PlanTotals): Draft['control'] {
  const found = parameters === 0 ? undefined : uniformControl(frame, parameters);
  return found && { rank: found.rank, modules: found.modules, parameters: found.parameters };
}
