import { capital } from '../../../src/shared/format';
import type { RunState } from '../../../src/shared/runState';
import type { Comparison, Verdict } from '../../../src/shared/verdict';
import { armTitles, findingOf, judgedTrainings, judgingWords } from '../../../src/shared/verdictWords';

/** What is said of the plan against one control, in a word or two. */
export function callWords(comparison: Comparison, verdict: Pick<Verdict, 'isOver'>): string {
  const finding = findingOf(comparison);
  return finding !== 'no difference' || comparison.isOver || verdict.isOver ? finding : 'still open';
}

/** A badge for each control; one for all while nothing can be compared yet. */
export function verdictBadges(verdict: Verdict): string[] {
  const { comparisons, isOver } = verdict;
  if (comparisons.length === 0) return isOver ? [] : ['Still open'];
  return comparisons.map((one) => `${armTitles[one.control]}: ${callWords(one, verdict)}`);
}

/** Where it stands before it is over, a sentence; undefined once it is. */
export function standingWords(run: RunState): string | undefined {
  const { verdict } = run;
  if (verdict === undefined || verdict.isOver) return undefined;
  const going = judgingWords(run);
  if (going !== undefined) return `${capital(going)} goes on.`;
  const { done, most } = judgedTrainings(verdict);
  return `It ended after ${done} of at most ${most} trainings, and is still open.`;
}
