import { LabError } from '../shared/errors';
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

/** Of the ranks that a budget pays for: EVA keeps as many components, so that one module may get twice the rank (PEFT's rho). */
const rho = 2;

/** Principal components that `eva` keeps of each module. */
export const evaComponents = (rank: number): number => Math.round(rank * rho);

/**
 * Groups of samples that a score is also computed of one by one, where it is no mean over samples: their deviation is its
 * standard error. Two whole gradients are then held, however many groups there are.
 */
export const sampleGroups = (estimator: Estimator): number => (estimator === 'taylor' ? 8 : 1);
