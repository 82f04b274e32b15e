import { basename } from 'node:path';
import type { RunRecords } from '../files/runRecords';
import { LabError } from '../shared/errors';
import { planSchema, type PlanFile } from '../shared/planFile';
import type { Verdict } from '../shared/verdict';
import { version } from '../shared/version';
import type { Module, Plan } from '../shared/words';
import { budgetLimits } from './budget';
import { adapterForm } from './parameters';
import { planRequest, type Design } from './planRequest';
import { isOnPlan } from './isOnPlan';
import { isSamePlan } from '../shared/samePlan';
import { planTotals } from './totals';

/**
 * All that the commit message and the provenance file say of the plan that stands in an experiment. Where its rows differ from what the run allocated, the
 * numbers are those of the rows and the summary says that they were edited by hand.
 *
 * @param file path of the experiment
 * @param verdicts that runs of the experiment came to, the newest first: the first one on this very plan is told
 * @throws LabError plan-missing, plan-outdated where the plan exceeds the budget that now stands in the file
 */
export function commitFacts(
  file: string,
  design: Design,
  records: RunRecords,
  verdicts: readonly Verdict[] = [],
) {
  const { manifest, scores, scoresHash, plan } = records;
  const [first] = scores.scores;
  if (design.plan === undefined || plan === undefined || first === undefined) throw noPlan(file);
  const written = asWritten(plan, design, planRequest(design, scores.scores).modules, design.plan);
  requireBudget(file, design, written, first.layers.length);
  return {
    experiment: file,
    run: manifest.id,
    adapterLab: version,
    version,
    budget: design.budget,
    seed: manifest.seed,
    plan: written,
    scores: scores.scores,
    scoresHash,
    estimator: first.estimator,
    data: scores.scores.map(({ task, dataHash }) => ({ task, hash: dataHash })),
    verdict: verdicts.find((verdict) => isOnPlan(verdict, design))?.words,
  };
}

/** A commit whose trailer names a budget that its plan breaks would be a lie. */
function requireBudget(file: string, { budget }: Design, { totals }: PlanFile, layers: number): void {
  const limits = budgetLimits(budget, layers);
  const over = (['layers', 'experts', 'parameters'] as const).find((what) => totals[what] > limits[what]);
  if (over === undefined) return;
  throw new LabError(
    'plan-outdated',
    `The plan in ${basename(file)} takes ${totals[over].toLocaleString('en-US')} ${over}; the budget allows ${limits[over].toLocaleString('en-US')}.`,
    'Allocate again, or change the budget back.',
  );
}

/** For the case that nothing was allocated yet. */
export const noPlan = (file: string): LabError =>
  new LabError(
    'plan-missing',
    `${basename(file)} has no plan that a run of Adapter Lab allocated.`,
    'Run Allocate first, or on the command line adapter-lab run.',
  );

function asWritten(allocated: PlanFile, design: Design, modules: readonly Module[], written: Plan): PlanFile {
  if (isSamePlan(allocated.plan, written, { locks: false })) return allocated;
  const totals = planTotals(written, modules, adapterForm(design.method));
  return {
    ...allocated,
    plan: planSchema.parse(written),
    totals,
    summary: `Edited by hand: ${totals.experts} experts over ${totals.modules} modules in ${totals.layers} layers; ${totals.parameters.toLocaleString('en-US')} trainable parameters.`,
  };
}
