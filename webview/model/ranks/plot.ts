/** A chart of points and lines, as the models make it and webview/ui draws it. */
export interface Plot {
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  /** Around a line; empty where there is none. */
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** On a small axis of their own below; undefined where there are none. */
  readonly bars: PlotBars | undefined;
  /** Stretches of the x axis that are out of question. */
  readonly shades: readonly (readonly [from: number, to: number])[];
  readonly marks: readonly PlotMark[];
  /** What a pointer or the arrow keys can rest on, from left to right. */
  readonly stops: readonly PlotStop[];
  /** Whether the nearest stop counts by both axes, or by x alone. */
  readonly isFree: boolean;
}

export interface PlotAxis {
  readonly title: string;
  readonly format: (value: number) => string;
  /** Undefined lets the numbers decide. */
  readonly range: readonly [low: number, high: number] | undefined;
  readonly ticks: readonly PlotTick[] | undefined;
}

export interface PlotTick {
  readonly at: number;
  readonly label: string;
}

export interface PlotLine {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Goes level to the next point, and up or down there. */
  readonly isStepped: boolean;
}

export interface PlotBars {
  readonly title: string;
  /** Of their axis. */
  readonly top: number;
  readonly format: (value: number) => string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** `best`, or what came of a trial; `asked` waits. */
export type MarkKind = 'best' | 'done' | 'pruned' | 'failed' | 'running' | 'asked';

export interface PlotMark {
  readonly x: number;
  readonly y: number;
  /** Smallest and largest over seeds. */
  readonly spread: readonly [number, number] | undefined;
  readonly kind: MarkKind;
  /** Off the slice that is shown. */
  readonly isFaint: boolean;
  readonly isSelected: boolean;
  /** The number of its trial as people count; empty where it has none. */
  readonly label: string;
}

export interface PlotStop {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly hint: readonly string[];
  readonly point: Readonly<Record<string, number>>;
  /** The number of its trial. */
  readonly trial: number | undefined;
}
