import type { Draft, LimitUse } from '../../../src/shared/draft';
import { formatCount } from '../../../src/shared/format';
import { limits, limitText, limitTitles, type Limit } from './limitText';

/** One limit with what is used of it. */
export interface GaugeRow {
  readonly limit: Limit;
  readonly title: string;
  /** How the limit would be written; empty where there is none. */
  readonly written: string;
  /** "180 k of 200 k", "216 k of 200 k: 16 k too many", "24, no limit". */
  readonly words: string;
  /** The bar; undefined where there is no limit to hold it against. */
  readonly bar: GaugeBar | undefined;
}

/** Parts of the bar's length, 0 to 1. */
export interface GaugeBar {
  /** What is used within the limit, and what goes beyond it. */
  readonly used: number;
  readonly over: number;
  /** Where the uniform control lies; undefined where this limit does not count what it has. */
  readonly control: number | undefined;
}

/** Where the limit lies on every bar: there is room beyond it, so that nothing changes its scale as numbers grow. */
export const limitAt = 0.8;
const bytesPerParameter = 4;

/** A row for each limit there can be, whether or not it is set. */
export const gaugeRows = (draft: Draft): GaugeRow[] => limits.map((limit) => gaugeRow(draft, limit));

/** True where any limit is exceeded, which locked rows and changes by hand can do. */
export const isOverBudget = (draft: Draft): boolean => draft.limits.some(isOver);

function gaugeRow(draft: Draft, limit: Limit): GaugeRow {
  const use = draft.limits.find((one) => one.limit === limit);
  const used = use?.used ?? usedOf(draft, limit);
  return {
    limit,
    title: limitTitles[limit],
    written: limitText(use),
    words: use ? useWords(use) : `${amount(limit, used)}, no limit`,
    bar: use && barOf(use, controlOf(draft, limit)),
  };
}

function barOf({ used, most }: LimitUse, control: number | undefined): GaugeBar {
  const place = (value: number): number => Math.max(0, Math.min(1, (value / most) * limitAt));
  return {
    used: Math.min(limitAt, place(used)),
    over: Math.max(0, place(used) - limitAt),
    control: control === undefined ? undefined : place(control),
  };
}

function useWords(use: LimitUse): string {
  const { limit, used, most } = use;
  const words = `${amount(limit, used)} of ${amount(limit, most)}`;
  return isOver(use) ? `${words}: ${amount(limit, used - most)} too many` : words;
}

/** Rounding of megabytes must not look like an excess. */
const isOver = ({ used, most }: LimitUse): boolean => used > most * (1 + 1e-9);

/** What a plan uses of a limit that it does not have. */
function usedOf({ totals }: Draft, limit: Limit): number {
  return limit === 'megabytes' ? megabytes(totals.parameters) : totals[limit];
}

function controlOf({ control }: Draft, limit: Limit): number | undefined {
  if (limit === 'parameters') return control?.parameters;
  return limit === 'megabytes' && control ? megabytes(control.parameters) : undefined;
}

const megabytes = (parameters: number): number => (parameters * bytesPerParameter) / 1e6;

const amount = (limit: Limit, value: number): string =>
  limit === 'megabytes' ? String(Number(value.toPrecision(3))) : formatCount(value);
