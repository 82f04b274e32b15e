import { makeBatches } from '../../models/batches';
import type { AnySample } from '../../models/samples';
import { accuracy, macroF1, majorityAccuracy, matthewsCorrelation, perplexity, type Answer } from './metrics';
import type { TaskMetrics } from '../../shared/runEvents';
import type { TrainingPass } from './trainingPass';

/** Samples that a task is judged by. */
export interface EvaluationSet {
  readonly task: string;
  /** All candidates of all items, in their order. */
  readonly samples: readonly AnySample[];
  readonly items: readonly EvaluationItem[];
}

/**
 * One sample. With a head that classifies, or where next tokens are predicted, it is judged as it is; where a causal model
 * classifies, by which label's text it finds likeliest behind the prompt.
 */
export interface EvaluationItem {
  /** One sample, or one for each class. */
  readonly candidates: readonly AnySample[];
  /** The right one's index, or class. */
  readonly expected: number;
  /** What the loss and exact match are of: the candidate with the right label. */
  readonly truth: number;
}

/** The items of a task. */
export const evaluationSet = (task: string, items: readonly EvaluationItem[]): EvaluationSet => ({
  task,
  items,
  samples: items.flatMap(({ candidates }) => candidates),
});

/** What was found of each item of a set, in its order. */
export interface ItemOutcomes {
  /** Loss of the right candidate: a mean over its targets, in nats. */
  readonly losses: readonly number[];
  /** Targets that it is the mean of. */
  readonly targets: readonly number[];
  /** 1 where the answer was right, else 0; undefined where nothing is classified. */
  readonly hits: readonly number[] | undefined;
}

export interface Evaluated {
  readonly metrics: TaskMetrics;
  readonly items: ItemOutcomes;
}

/** @param tokens positions with padding of a batch at most */
export async function evaluate(
  pass: TrainingPass,
  set: EvaluationSet,
  tokens: number,
  boundary: number | undefined,
  breathe: () => Promise<void>,
): Promise<Evaluated> {
  const { samples } = set;
  const losses = new Float64Array(samples.length);
  const exact = new Array<boolean>(samples.length).fill(false);
  const classes = new Array<number>(samples.length).fill(-1);
  for (const batch of makeBatches(samples, Infinity, 0, tokens, boundary)) {
    const verdict = await pass.judge(batch);
    batch.members.forEach((member, row) => {
      losses[member] = verdict.losses[row] ?? NaN;
      exact[member] = verdict.exact[row] ?? false;
      classes[member] = verdict.classes?.[row] ?? -1;
    });
    await breathe();
  }
  return outcomesOf(set, samples, { losses, exact, classes });
}

function outcomesOf(
  { task, items }: EvaluationSet,
  samples: readonly AnySample[],
  found: { losses: Float64Array; exact: readonly boolean[]; classes: readonly number[] },
): Evaluated {
  const answers: Answer[] = [];
  const losses: number[] = [];
  const counts: number[] = [];
  let [loss, targets, hits, first] = [0, 0, 0, 0];
  for (const { candidates, expected, truth } of items) {
    const right = first + truth;
    const count = targetsOf(samples[right]);
    losses.push(found.losses[right] ?? NaN);
    counts.push(count);
    loss += (found.losses[right] ?? NaN) * count;
    targets += count;
    if (found.exact[right] === true) hits++;
    const own = found.losses.subarray(first, first + candidates.length);
    const byHead = found.classes[first] ?? -1;
    if (byHead >= 0) answers.push({ expected, predicted: byHead });
    // A sample's loss is a mean over its tokens already: long labels stand no worse than short ones.
    else if (candidates.length > 1) answers.push({ expected, predicted: own.indexOf(Math.min(...own)) });
    first += candidates.length;
  }
  const classified = answers.length > 0;
  const right = answers.map(({ expected, predicted }) => Number(expected === predicted));
  const metrics = {
    task,
    samples: items.length,
    loss: loss / targets,
    ...(classified
      ? {
          accuracy: accuracy(answers),
          macroF1: macroF1(answers),
          matthews: matthewsCorrelation(answers),
          majority: majorityAccuracy(answers),
        }
      : { perplexity: perplexity(loss, targets), exactMatch: hits / items.length }),
  };
  return { metrics, items: { losses, targets: counts, hits: classified ? right : undefined } };
}

/** Targets that a sample's loss is the mean of; one where a head classifies it. */
const targetsOf = (sample: AnySample | undefined): number =>
  sample !== undefined && 'targets' in sample
    ? sample.targets.slice(1).filter((target) => target !== -100).length
    : 1;

/** What the best checkpoint is chosen by: mean accuracy where every task has one, else the loss; and the loss in a tie. */
export interface Standing {
  readonly accuracy: number | undefined;
  readonly loss: number;
}

export function standingOf(metrics: readonly TaskMetrics[]): Standing {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const accuracies = metrics.flatMap((one) => one.accuracy ?? []);
  return {
    accuracy: accuracies.length === metrics.length ? mean(accuracies) : undefined,
    loss: mean(metrics.map((one) => one.loss)),
  };
}

export function isBetter(now: Standing, best: Standing | undefined): boolean {
  if (best === undefined) return true;
  if (now.accuracy !== undefined && best.accuracy !== undefined && now.accuracy !== best.accuracy) {
    return now.accuracy > best.accuracy;
  }
  return now.loss < best.loss;
}
