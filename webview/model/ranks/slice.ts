import { bestSearched } from '../../../src/shared/searchWords';
import type { OutlookDimension, SearchOutlook } from '../../../src/shared/searchOutlook';
import type { SearchOfRun } from './pointWords';
import type { SearchChoices } from './searchChoices';

/** The line through a search's space that a chart shows: one dimension along it, the others at a number each. */
export interface Slice {
  readonly axis: OutlookDimension;
  readonly others: readonly { readonly dimension: OutlookDimension; readonly value: number }[];
}

type Point = Readonly<Record<string, number>>;

/** As the reader chose; where nothing is chosen, along the first dimension through the best trial, else through the newest. */
export function sliceOf(
  { dimensions }: Pick<SearchOutlook, 'dimensions'>,
  run: SearchOfRun,
  { axis, at }: Pick<SearchChoices, 'axis' | 'at'>,
): Slice {
  const along =
    dimensions.find(({ name }) => name === axis) ?? axesOf({ dimensions })[0] ?? dimensions[0] ?? nothing;
  const through: Point = (bestSearched(run) ?? run.searched.at(-1))?.point ?? {};
  const others = dimensions.filter((dimension) => dimension !== along);
  return {
    axis: along,
    others: others.map((dimension) => {
      const { name, candidates } = dimension;
      const value = [at[name], through[name]].find((one) => one !== undefined && candidates.includes(one));
      return { dimension, value: value ?? candidates[0] ?? 0 };
    }),
  };
}

/** The dimensions that a chart can go along: a single candidate is no line. */
export const axesOf = ({ dimensions }: Pick<SearchOutlook, 'dimensions'>): readonly OutlookDimension[] =>
  dimensions.filter(({ candidates }) => candidates.length > 1);

export const isOnSlice = ({ others }: Slice, point: Point): boolean =>
  others.every(({ dimension, value }) => point[dimension.name] === value);

/** Where a number of a dimension stands on its scale: ranks by their doublings. */
export const placeOf = ({ scale }: OutlookDimension, value: number): number =>
  scale === 'log2' ? Math.log2(value) : value;

/** In a space that has no dimension. */
const nothing: OutlookDimension = { name: '', scale: 'linear', candidates: [] };
