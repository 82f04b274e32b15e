import type { Plan } from './words';

/**
 * Whether two plans say the same, whatever the order of their rows. A row without experts that nobody locked says what no row
 * says.
 *
 * @param locks whether a lock is a difference
 */
export function isSamePlan(a: Plan, b: Plan, { locks }: { readonly locks: boolean }): boolean {
  const key = ({ modules, shared }: Plan): string =>
    JSON.stringify([
      Object.entries(modules)
        .filter(([, { experts, locked }]) => experts > 0 || (locks && locked === true))
        .map(([path, { rank, alpha, experts, locked = false }]) => [
          ...[path, rank, alpha, experts],
          ...(locks ? [locked] : []),
        ])
        .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)),
      shared,
    ]);
  return key(a) === key(b);
}
