import { meanAndError } from '../shared/meanAndError';
import type { Arm, ArmResult, Comparison, ControlName, Verdict } from '../shared/verdict';
import { answersOf, sentenceOf, type Missing } from './answers';
import { judge } from './judgement';
import { pairScores, type ArmTask } from './pairedScores';

/** What one training was found to do on one task, an entry an example. */
export interface TaskOutcome {
  readonly task: string;
  /** Mean over an example's targets, in nats. */
  readonly losses: readonly number[];
  /** How many those are. */
  readonly targets: readonly number[];
  /** 1 where the answer was right, else 0; undefined where nothing is classified. */
  readonly hits?: readonly number[] | undefined;
}

/** What one training came to. */
export interface Outcome extends Pick<ArmResult, 'seed' | 'secondsPerStep' | 'memoryBytes'> {
  /** The same tasks in the same order for all. */
  readonly tasks: readonly TaskOutcome[];
}

/** An arm before its numbers are reckoned. */
export interface ArmOutcomes extends Omit<Arm, 'results'> {
  /** In the order in which they were trained. */
  readonly outcomes: readonly Outcome[];
}

/** What a verdict is reached by, but for its outcomes. */
export type VerdictTerms = Pick<Verdict, 'plan' | 'split' | 'margin' | 'level' | 'seeds'>;

/**
 * The verdict by the trainings that are there: a plan against each of its controls, seed by seed and example by example.
 *
 * @param arms the plan first
 * @param without controls that there are none of
 * @throws LabError `judge-unpaired` where arms have other tasks or examples
 */
export function verdictOf(
  terms: VerdictTerms,
  arms: readonly ArmOutcomes[],
  without: readonly Missing[] = [],
): Verdict {
  const all = arms.flatMap(({ outcomes }) => outcomes);
  const classifies = all.every(({ tasks }) => tasks.every(({ hits }) => hits !== undefined));
  const metric = all.length > 0 && classifies ? 'accuracy' : 'loss';
  const named = all[0]?.tasks.map(({ task, losses }) => ({ name: task, examples: losses.length })) ?? [];
  const [plan, ...controls] = arms;
  const comparisons = controls.flatMap((control) =>
    plan === undefined ? [] : (compared(terms, metric, plan, control) ?? []),
  );
  const reckoned = arms.map(({ outcomes, ...arm }) => ({
    ...arm,
    results: outcomes.map((outcome) => resultOf(outcome, metric)),
  }));
  const isOver =
    controls.length === 0 ||
    (comparisons.length === controls.length && comparisons.every((one) => one.isOver)) ||
    // Of one seed nothing can be said about others, and there are no more.
    terms.seeds.length < 2;
  const facts = { ...terms, version: 1, metric, tasks: named, arms: reckoned, comparisons, isOver } as const;
  return { ...facts, words: sentenceOf(facts, without), answers: answersOf(facts, without) };
}

/** Controls whose comparison is not clear yet: those that are trained with the next seed. */
export const openControls = ({ arms, comparisons }: Pick<Verdict, 'arms' | 'comparisons'>): ControlName[] =>
  arms.flatMap(({ name }) => {
    if (name === 'plan') return [];
    return comparisons.some(({ control, isOver }) => control === name && isOver) ? [] : [name];
  });

function compared(
  { margin, level, seeds: most }: VerdictTerms,
  metric: Verdict['metric'],
  plan: ArmOutcomes,
  control: ArmOutcomes,
): Comparison | undefined {
  if (control.name === 'plan') return undefined;
  const both = most.flatMap((seed) => {
    const [ours, theirs] = [plan, control].map(({ outcomes }) => outcomes.find((one) => one.seed === seed));
    return ours !== undefined && theirs !== undefined ? [{ ours, theirs }] : [];
  });
  if (both.length < 2) return undefined;
  const scores = pairScores(
    tasksOf(
      both.map(({ ours }) => ours),
      metric,
    ),
    tasksOf(
      both.map(({ theirs }) => theirs),
      metric,
    ),
  );
  const judgement = judge(scores, {
    ...{ seeds: most.length, margin, level, moreIsBetter: metric === 'accuracy' },
    // What costs more need not be beaten.
    asks: control.name === 'all-layers' ? 'as-good' : 'difference',
  });
  return {
    ...judgement,
    control: control.name,
    bySeed: both.map(({ ours, theirs }) => resultOf(ours, metric).value - resultOf(theirs, metric).value),
    timeRatios: both.flatMap(({ ours, theirs }) =>
      ours.secondsPerStep > 0 && theirs.secondsPerStep > 0
        ? [ours.secondsPerStep / theirs.secondsPerStep]
        : [],
    ),
  };
}

/** Outcomes by task, as pairs are made of them. */
function tasksOf(outcomes: readonly Outcome[], metric: Verdict['metric']): ArmTask[] {
  const tasks = outcomes[0]?.tasks ?? [];
  return tasks.map((_, at) => ({
    values: outcomes.map(({ tasks: own }) => valuesOf(own[at], metric)),
    ...(metric === 'loss' ? { counts: tasks[at]?.targets } : {}),
  }));
}

const valuesOf = (task: TaskOutcome | undefined, metric: Verdict['metric']): readonly number[] =>
  (metric === 'accuracy' ? task?.hits : task?.losses) ?? [];

function resultOf(
  { seed, tasks, secondsPerStep, memoryBytes }: Outcome,
  metric: Verdict['metric'],
): ArmResult {
  const loss = meanOf(tasks.map(({ losses, targets }) => weightedMean(losses, targets)));
  const accuracy = meanOf(tasks.map(({ hits }) => meanOf(hits ?? [])));
  return { seed, value: metric === 'accuracy' ? accuracy : loss, loss, secondsPerStep, memoryBytes };
}

const meanOf = (values: readonly number[]): number => meanAndError(values).mean;

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, at) => sum + value * (weights[at] as number), 0) / total;
}
