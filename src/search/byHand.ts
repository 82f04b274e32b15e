import type { AskedTrial } from '../files/searchRequests';
import { LabError } from '../shared/errors';
import { capital, listWords } from '../shared/format';
import { dimensionValue, pointWords } from '../shared/searchWords';
import { candidatesOf, pointKey, unaffordable, type Dimension, type Point } from './space';
import type { Study } from './study';

/**
 * Why a point cannot be tried by hand; undefined where it can: it is a candidate that keeps the budget and that no trial has
 * had. A second trial of a point would have the same seeds and come to the same.
 *
 * @param waiting what was asked for before and is not tried yet
 */
export function refusalOf(
  { settings, candidates, trials }: Study,
  point: Point,
  waiting: readonly AskedTrial[] = [],
): LabError | undefined {
  const { dimensions, costs, costLimit = Infinity } = settings.space;
  const outside = refusalIn(dimensions, point);
  if (outside !== undefined) return outside;
  const key = pointKey(dimensions, point);
  const words = capital(pointWords(ordered(dimensions, point)));
  if (!candidates.some((candidate) => candidate.key === key)) {
    const cost = candidatesOf({ dimensions, costs }).find((one) => one.key === key)?.cost ?? unaffordable;
    const isLayered = dimensions.some(({ name }) => name === 'layers');
    return refusal(
      cost < unaffordable
        ? `${words} takes ${numberWords(cost)} parameters, and the budget allows ${numberWords(costLimit)}.`
        : `No plan of ${pointWords(ordered(dimensions, point))} keeps the budget.`,
      `Choose a smaller rank${isLayered ? ' or fewer layers' : ''}.`,
    );
  }
  const trial = trials.find((one) => pointKey(dimensions, one.point) === key);
  const another = 'Choose another point.';
  if (trial !== undefined)
    return refusal(`${words} is trial ${trial.number + 1} of the search already.`, another);
  const isAsked = waiting.some((one) => pointKey(dimensions, one.point) === key);
  return isAsked ? refusal(`${words} was asked for already.`, another) : undefined;
}

/** Why a point is none of a space, whatever it costs; undefined where it is one. */
export function refusalIn(dimensions: readonly Dimension[], point: Point): LabError | undefined {
  const names = dimensions.map(({ name }) => name);
  const unknown = Object.keys(point).find((name) => !names.includes(name));
  if (unknown !== undefined)
    return refusal(`The search has no dimension "${unknown}".`, `Give ${listWords(names)} alone.`);
  for (const { name, candidates: values } of dimensions) {
    const value = point[name];
    const choose = `Choose one of ${values.map((one) => dimensionValue(name, one)).join(', ')}.`;
    if (value === undefined) return refusal(`The trial asked for has no ${name}.`, choose);
    if (!values.includes(value))
      return refusal(`${capital(pointWords({ [name]: value }))} is no candidate of the search.`, choose);
  }
  return undefined;
}

/** A point as somebody wrote it, with each number as the candidate that is written alike: 33.3 % is a third. */
export const asWritten = (dimensions: readonly Dimension[], point: Point): Point =>
  Object.fromEntries(
    Object.entries(point).map(([name, value]) => {
      const values = dimensions.find((one) => one.name === name)?.candidates ?? [];
      const alike = (one: number): boolean => dimensionValue(name, one) === dimensionValue(name, value);
      return [name, values.find(alike) ?? value];
    }),
  );

/** A point with its numbers in the order of the dimensions. */
const ordered = (dimensions: readonly Dimension[], point: Point): Point =>
  Object.fromEntries(dimensions.map(({ name }) => [name, point[name] ?? NaN]));

const numberWords = (count: number): string => count.toLocaleString('en-US');

const refusal = (message: string, next: string): LabError => new LabError('option-invalid', message, next);
