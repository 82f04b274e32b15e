import { LabError } from '../../shared/errors';

/**
 * Says before anything is computed that no verdict would come of it.
 * @throws LabError option-invalid for less than two seeds
 */
export function requireSeeds(seeds: readonly number[]): void {
  if (new Set(seeds).size > 1) return;
  throw new LabError(
    'option-invalid',
    'One seed says nothing about others: no verdict would come of it.',
    'Give train.seeds three or more, such as [1, 2, 3].',
  );
}
