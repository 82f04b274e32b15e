import { formatCount } from '../../../src/shared/format';
import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import { words } from './pointWords';

type Point = Readonly<Record<string, number>>;

/** A point that may be asked for. */
export interface AddView {
  /** Its parameters and what is expected of it, or why it cannot be asked for. */
  readonly words: string;
  readonly canAdd: boolean;
}

/** The point that is offered first: of those not tried the one with the most to gain, else the first. */
export function firstOffer({ points }: SearchOutlook): Point | undefined {
  const open = points.filter(isOpen);
  const gain = ({ expected }: OutlookPoint): number => expected?.gain ?? 0;
  return open.reduce<OutlookPoint | undefined>(
    (best, one) => (best === undefined || gain(one) > gain(best) ? one : best),
    undefined,
  )?.point;
}

export function addView(outlook: SearchOutlook, wanted: Point): AddView {
  const found = outlook.points.find(({ point }) =>
    outlook.dimensions.every(({ name }) => point[name] === wanted[name]),
  );
  if (found === undefined) return { words: 'Choose a value for each.', canAdd: false };
  const { parameters, keepsBudget, trial, isAsked, expected } = found;
  const size = parameters === undefined ? 'No plan fits' : `${formatCount(parameters)} parameters`;
  if (!keepsBudget) return { words: `${size}: it does not keep the budget.`, canAdd: false };
  if (trial !== undefined) return { words: `${size}: it is trial ${trial + 1} already.`, canAdd: false };
  if (isAsked) return { words: `${size}: it was asked for already.`, canAdd: false };
  const { value, difference } = words(outlook.metric);
  const expects =
    expected === undefined
      ? ''
      : ` The model expects ${value(expected.mean)} ± ${difference(expected.deviation)}.`;
  return { words: `${size}: it keeps the budget.${expects}`, canAdd: true };
}

const isOpen = ({ keepsBudget, trial, isAsked }: OutlookPoint): boolean =>
  keepsBudget && trial === undefined && !isAsked;
