import type { Verdict } from '../shared/verdict';
import type { Design } from './planRequest';
import { isSamePlan } from '../shared/samePlan';

/** Whether a verdict says something, of a design's very plan trained in its way. */
export const isOnPlan = (verdict: Verdict, { method, plan }: Pick<Design, 'method' | 'plan'>): boolean =>
  verdict.isOver &&
  verdict.comparisons.length > 0 &&
  verdict.arms[0]?.method === method &&
  plan !== undefined &&
  isSamePlan(verdict.plan, plan, { locks: false });
