import { comparedFacts, scoreShares } from '../../../../src/planning/compare/runFacts';
import { comparisonOf, controlSide, type Side } from '../../../../src/planning/compare/side';
import { designOf } from '../../../../src/planning/draft/designOf';
import type { Comparison, ComparisonPage } from '../../../../src/shared/comparison';
import type { Plan } from '../../../../src/shared/words';
import { begin, finish, score, stateOf, type SampleModel } from '../sampleRuns';

/** A run of a sample model that kept some layers, as a side. */
export function runSide(model: SampleModel, kept: readonly number[], changes: Partial<Side> = {}): Side {
  const run = stateOf(begin(model), score(model, model.tasks.length), finish(model, kept));
  const planFile = run.plan!;
  return {
    ...{ title: 'mail: Experiment of 4 Mar, 09:12', plan: planFile.plan, totals: undefined },
    source: 'experiments/.adapter-lab/runs/20250304-091230000-mail-run',
    ...{ modules: run.modules, design: { ...designOf(planFile, run.modules), method: 'lora' } },
    ...{ scores: scoreShares(run), facts: comparedFacts(run), measured: undefined },
    ...changes,
  };
}

/** Another run of the same model: later layers, and other ranks in two of them. */
export function laterRun(model: SampleModel, kept: readonly number[], changes: Partial<Side> = {}): Side {
  const side = runSide(model, kept);
  const rows = Object.entries(side.plan.modules).map(([path, row], place) => {
    const rank = place % 3 === 0 ? row.rank * 2 : row.rank;
    return [path, { ...row, rank, alpha: 2 * rank }] as const;
  });
  const plan: Plan = { modules: Object.fromEntries(rows), shared: [] };
  const title = 'mail-depth: Experiment of 5 Mar, 17:40';
  const facts = comparedFacts({
    ...stateOf(begin(model), finish(model, kept)),
    actual: { seconds: 74.1, memoryBytes: 0.94e9, diskBytes: 0 },
  });
  return {
    ...side,
    title,
    plan,
    facts,
    source: 'experiments/.adapter-lab/runs/20250305-174000000-mail-depth-run',
    ...changes,
  };
}

export const control = (of: Side): Side => controlSide(of, `Uniform control of ${of.title}`);

/** A page as the host would tell it. */
export function pageOf(comparison: Comparison, changes: Partial<ComparisonPage> = {}): ComparisonPage {
  return {
    keys: ['run one', 'run two'],
    titles: [comparison.left.title, comparison.right.title],
    ...{ comparison, error: undefined },
    ...changes,
  };
}

export const compared = (left: Side, right: Side): Comparison => comparisonOf(left, right);
