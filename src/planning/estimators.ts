import { LabError } from '../shared/errors';
import type { Estimator } from '../shared/words';

/** The estimators that run today, of all those that files may name. */
export const availableEstimators: readonly Estimator[] = ['fisher', 'gate-fisher'];

/** @throws LabError `estimator-unavailable` naming those that are */
export function requireEstimator(estimator: Estimator): void {
  if (availableEstimators.includes(estimator)) return;
  throw new LabError(
    'estimator-unavailable',
    `The estimator "${estimator}" is not built yet.`,
    `Use one of: ${availableEstimators.join(', ')}.`,
  );
}
