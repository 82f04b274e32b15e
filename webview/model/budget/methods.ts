import type { Draft } from '../../../src/shared/draft';
import type { AllocationMethod } from '../../../src/shared/words';
import { methodWords } from './draftWords';

/** What a dropdown of the methods lists. */
export interface MethodOption {
  readonly value: string;
  readonly label: string;
  readonly reason: string | undefined;
}

/** Stands for no method. Not an empty value: the dropdown takes that for "not chosen yet". */
const none = 'none';

/**
 * All methods, also those that cannot be asked for; where the plan is of none of them, that as well. The plan's own is never
 * disabled: the dropdown would choose another in its place.
 */
export function methodOptions({
  methods,
  method,
  byHand,
  totals,
}: Pick<Draft, 'methods' | 'method' | 'byHand' | 'totals'>): MethodOption[] {
  const options = methods.map((one) => ({
    value: one.method as string,
    label: one.reason === undefined ? one.method : `${one.method} (not possible)`,
    reason: one.method === method ? undefined : one.reason,
  }));
  if (methods.some((one) => one.method === method)) return options;
  const label = totals.modules === 0 ? 'none yet' : methodWords({ method, byHand });
  return [{ value: method ?? none, label: method ?? label, reason: undefined }, ...options];
}

/** The option that the plan is of. */
export const chosenMethod = ({ method }: Pick<Draft, 'method'>): string => method ?? none;

/** The method that an option asks for; undefined for the one that stands for none. */
export const askedMethod = (
  { methods }: Pick<Draft, 'methods'>,
  value: string,
): AllocationMethod | undefined => methods.find(({ method }) => method === value)?.method;

/** The method to allocate by again: the plan's own where it can be asked for, else the first one that can. */
export function methodAgain({
  methods,
  method,
}: Pick<Draft, 'methods' | 'method'>): AllocationMethod | undefined {
  const possible = methods.filter(({ reason }) => reason === undefined);
  return (possible.find((one) => one.method === method) ?? possible[0])?.method;
}

/** Each method that cannot be asked for, with the reason. */
export const refusedMethods = ({ methods }: Pick<Draft, 'methods'>): [string, string][] =>
  methods.flatMap(({ method, reason }) =>
    reason === undefined ? [] : [[method, reason] as [string, string]],
  );
