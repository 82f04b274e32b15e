/**
 * What a search knows and expects, for those who look at it: the host works it out from the run's `trials.jsonl` and
 * `requests.jsonl`. Values are the objective's: the metric, net of size where size counts.
 */
export interface SearchOutlook {
  readonly metric: string;
  readonly direction: 'maximize' | 'minimize';
  /** Whether the objective is the metric less (or more) a share of the size. */
  readonly isNetOfSize: boolean;
  readonly dimensions: readonly OutlookDimension[];
  /** Every point of the space, those beyond the budget too. */
  readonly points: readonly OutlookPoint[];
  /** The model between the candidates, a line for each dimension and each choice of the others; empty without a model. */
  readonly curves: readonly OutlookCurve[];
  /** Whose curve that is, in sentences. */
  readonly curveWords: readonly string[];
  /** By number. */
  readonly trials: readonly OutlookTrial[];
  /** The best objective after each trial that came to its end, in the order of the trials. */
  readonly bestSoFar: readonly { readonly trial: number; readonly value: number }[];
  /** Numbers of the trials that no other beats in metric and parameters, from cheap to dear. */
  readonly front: readonly number[];
  /** What comes next and why, in sentences; empty once the search has ended. */
  readonly next: readonly string[];
  readonly requests: OutlookRequests;
}

export interface OutlookDimension {
  /** `rank`, `layers`, … */
  readonly name: string;
  readonly scale: 'log2' | 'linear';
  readonly candidates: readonly number[];
}

export interface OutlookPoint {
  readonly point: Readonly<Record<string, number>>;
  /** Trainable parameters; undefined where no plan fits. */
  readonly parameters: number | undefined;
  readonly keepsBudget: boolean;
  /** The number of its trial. */
  readonly trial: number | undefined;
  /** Asked for by hand, and waiting. */
  readonly isAsked: boolean;
  /** What the model says; undefined before it has a value to go by, and beyond the budget. */
  readonly expected: OutlookExpectation | undefined;
}

export interface OutlookExpectation {
  readonly mean: number;
  /** Of the mean, without the noise of a trial. */
  readonly deviation: number;
  /** Expected improvement of a trial here; undefined of points that were tried. */
  readonly gain: number | undefined;
}

export interface OutlookCurve {
  readonly dimension: string;
  /** The numbers of the other dimensions. */
  readonly at: Readonly<Record<string, number>>;
  /** From left to right: a number of the dimension, which need not be a candidate. */
  readonly places: readonly { readonly x: number; readonly mean: number; readonly deviation: number }[];
}

export interface OutlookTrial {
  /** Undefined before it has a value, and of failed trials. */
  readonly objective: number | undefined;
  /** Smallest and largest over the seeds; undefined of a single one. */
  readonly spread: readonly [number, number] | undefined;
  /** Why it was tried, in sentences. */
  readonly why: readonly string[];
}

/** What was asked of the search by hand, and is not answered. */
export interface OutlookRequests {
  readonly paused: boolean;
  readonly waiting: readonly Readonly<Record<string, number>>[];
}
