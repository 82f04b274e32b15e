import type { PlanFile } from '../shared/planFile';
import type { Budget } from '../shared/words';
import { budgetWords } from './planSummary';

/** What a plan's commit says about where the plan comes from. */
export interface CommitFacts {
  readonly plan: PlanFile;
  readonly budget: Budget;
  /** The run's folder name. */
  readonly run: string;
  readonly estimator: string;
  /** Hash of the run's scores.json. */
  readonly scoresHash: string;
  readonly data: readonly { readonly task: string; readonly hash: string }[];
  readonly seed: number;
  /** Version of Adapter Lab. */
  readonly version: string;
  /** Outcome of the comparison with the control; absent until there is one. */
  readonly verdict?: string | undefined;
}

const lineWidth = 72;

/**
 * The message of a plan's commit: a subject, the plan's summary, and trailers that `git log --format='%(trailers)'` and
 * `git interpret-trailers` read. Several tasks give several `Adapter-Lab-Data` lines.
 */
export function commitMessage(facts: CommitFacts): string {
  const { plan } = facts;
  const { experts, modules } = plan.totals;
  const subject = `Allocate adapters with ${plan.method}: ${experts} experts over ${modules} modules`;
  const trailers: [name: string, value: string][] = [
    ['Method', plan.method],
    ['Budget', budgetWords(facts.budget) || 'none'],
    ['Run', facts.run],
    ['Scores', `${facts.estimator} ${facts.scoresHash}`],
    ...facts.data.map(({ task, hash }): [string, string] => ['Data', `${task} ${hash}`]),
    ['Seed', String(facts.seed)],
    ['Version', facts.version],
    ['Verdict', facts.verdict ?? 'not judged'],
  ];
  // A line break in a value would end the trailers.
  const lines = trailers.map(([name, value]) => `Adapter-Lab-${name}: ${value.replace(/\s+/g, ' ').trim()}`);
  return [subject, wrap(plan.summary), lines.join('\n')].join('\n\n') + '\n';
}

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= lineWidth)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
