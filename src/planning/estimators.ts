import { LabError } from '../shared/errors';
import { whyNotStopped } from '../shared/estimatorWords';
import type { Estimator, LabelKind } from '../shared/words';

/** Those that are defined by the labels of the data, or need none. `gate-fisher` says so itself. */
const ownLabels: ReadonlySet<Estimator> = new Set<Estimator>(['sensitivity', 'eva', 'spectrum']);

/** @throws LabError `option-invalid` for labels that an estimator cannot take */
export function requireLabels(estimator: Estimator, labels: LabelKind): void {
  if (labels === 'true' && ownLabels.has(estimator)) {
    throw new LabError(
      'option-invalid',
      `The estimator "${estimator}" takes no labels that are drawn from the model.`,
      'Use labels: empirical (--labels empirical), or the estimator fisher.',
    );
  }
}

/**
 * @param taylor whether whole gradients are summed beside the scores
 * @throws LabError `option-invalid` where scoring shall stop once it is sure, and its scores need all samples
 */
export function requireStoppable(estimator: Estimator, taylor: boolean): void {
  const why = whyNotStopped(estimator);
  if (why !== undefined) {
    throw new LabError(
      'option-invalid',
      `The estimator "${estimator}" cannot stop when it is sure: ${why}.`,
      'Take score.until_sure (--until-sure) away, or use the estimator fisher.',
    );
  }
  if (taylor) {
    throw new LabError(
      'option-invalid',
      'Mean gradients are those of all samples: scoring them cannot stop when it is sure.',
      'Take --until-sure or --taylor away.',
    );
  }
}

/** Of the ranks that a budget pays for: EVA keeps as many components, so that one module may get twice the rank (PEFT's rho). */
const rho = 2;

/** Principal components that `eva` keeps of each module. */
export const evaComponents = (rank: number): number => Math.round(rank * rho);

/**
 * Groups of samples that a score is also computed of one by one, where it is no mean over samples: their deviation is its
 * standard error. Two whole gradients are then held, however many groups there are.
 */
export const sampleGroups = (estimator: Estimator): number => (estimator === 'taylor' ? 8 : 1);
