import { mulberry32 } from '../shared/random';
import { keepTop, rankLayers } from './rankLayers';

/** One row a layer, one value a sample; the samples of all rows are the same. */
export type LayerRows = readonly ArrayLike<number>[];

const resamples = 1000;
/** Of the resamples' means, cut off at each end. */
const tail = 0.025;

/** How sure a choice of layers is, from resamples of the samples with replacement (Efron 1979). */
export interface Uncertainty {
  /** Percentile intervals of the layers' means, 95 %. */
  readonly intervals: readonly (readonly [low: number, high: number])[];
  readonly selection: {
    /** K */
    readonly count: number;
    /** Share of the resamples with the very same top K. */
    readonly confidence: number;
    /** Index = row: share of the resamples whose top K has that layer. */
    readonly frequencies: readonly number[];
    /** Samples after which the choice was sure twice in a row (anytime.ts); absent where all were wanted. */
    readonly enough?: number;
  };
}

/**
 * @param count K of the selection; a quarter of the rows where absent
 * @returns undefined where fewer than two samples say nothing
 */
export function uncertaintyOf(
  rows: LayerRows,
  count = usualCount(rows.length),
  seed = 1,
): Uncertainty | undefined {
  if ((rows[0]?.length ?? 0) < 2) return undefined;
  const means = resampledMeans(rows, seed);
  return {
    intervals: rows.map((_, layer) => {
      const sorted = means.map((row) => row[layer] ?? 0).sort((a, b) => a - b);
      return [quantile(sorted, tail), quantile(sorted, 1 - tail)] as const;
    }),
    selection: {
      count,
      confidence: confidenceOf(rows, means, count),
      frequencies: frequenciesOf(rows, means, count),
    },
  };
}

/**
 * Share of the resamples whose top K is the very one of all samples. One in which the last that is kept and the first that is
 * not are equal counts as another: which of them is kept says nothing. 0 with fewer than two samples.
 */
export function selectionConfidence(rows: LayerRows, count: number, seed = 1): number {
  if ((rows[0]?.length ?? 0) < 2) return 0;
  return confidenceOf(rows, resampledMeans(rows, seed), count);
}

/** Layers that are looked at where nobody says how many: a quarter of them. */
export const usualCount = (rows: number): number => Math.max(1, Math.round(rows / 4));

function confidenceOf(rows: LayerRows, means: readonly (readonly number[])[], count: number): number {
  const chosen = keepTop(meansOf(rows), count).join();
  const same = means.filter((row) => {
    const order = rankLayers(row);
    const [last, next] = [order[count - 1], order[count]];
    const tied = last !== undefined && next !== undefined && row[last] === row[next];
    return !tied && keepTop(row, count).join() === chosen;
  });
  return same.length / means.length;
}

function frequenciesOf(rows: LayerRows, means: readonly (readonly number[])[], count: number): number[] {
  const frequencies = rows.map(() => 0);
  for (const row of means)
    for (const layer of keepTop(row, count))
      frequencies[layer] = (frequencies[layer] ?? 0) + 1 / means.length;
  return frequencies;
}

/** [resample][row] */
function resampledMeans(rows: LayerRows, seed: number): number[][] {
  const samples = rows[0]?.length ?? 0;
  const random = mulberry32(seed);
  const times = new Uint32Array(samples);
  return Array.from({ length: resamples }, () => {
    times.fill(0);
    for (let drawn = 0; drawn < samples; drawn++) {
      const sample = Math.floor(random() * samples);
      times[sample] = (times[sample] as number) + 1;
    }
    return meansOf(rows, times);
  });
}

/** @param times how often each sample counts; once where absent */
function meansOf(rows: LayerRows, times?: Uint32Array): number[] {
  return rows.map((row) => {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += (times?.[i] ?? 1) * (row[i] as number);
    return sum / row.length;
  });
}

/** By linear interpolation between the order statistics (type 7 of Hyndman and Fan 1996). */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] ?? 0, sorted[below + 1] ?? sorted[below] ?? 0];
  return low + (place - below) * (high - low);
}
