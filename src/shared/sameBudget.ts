import type { Budget } from './words';

/** Whether two budgets set the same limits; shares are told to a millionth of a percent. */
export function isSameBudget(a: Budget, b: Budget): boolean {
  const key = ({ layers, parameters, experts, megabytes }: Budget): string =>
    JSON.stringify([
      layers && ('share' in layers ? [layers.share.toFixed(8)] : layers.count),
      ...[parameters, experts, megabytes],
    ]);
  return key(a) === key(b);
}
