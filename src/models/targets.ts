import { lineError } from './lineFields';
import type { Sample } from './samples';

/** The target of a token that is not trained on, as PyTorch's cross entropy has it. */
export const ignored = -100;

/**
 * A sample of so many tokens at most, marked where some were cut.
 *
 * @throws LabError data-line-invalid where no token to predict is left
 */
export function finished(
  ids: readonly number[],
  targets: readonly number[],
  maxLength: number,
  where: string,
  truncated = ids.length > maxLength,
): Sample {
  const kept = targets.slice(0, maxLength);
  if (!kept.slice(1).some((target) => target !== ignored)) {
    throw lineError(where, 'no token to predict is left');
  }
  return { ids: ids.slice(0, maxLength), targets: kept, ...(truncated ? { truncated } : {}) };
}
