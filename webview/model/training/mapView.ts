/** A map of layers × roles to be looked at: a table with a color, and what else a cell says. */
export interface MapView {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly head: string; readonly cells: readonly MapCell[] }[];
}

export interface MapCell {
  readonly text: string;
  /** 0 to 1: how much of the scale's hue the cell gets. */
  readonly fill: number;
  /** All that the cell says, in words; where the text alone does not. */
  readonly words: string;
  /** How the number moved, beside it. */
  readonly move?: { readonly kind: 'up' | 'down' | 'same'; readonly text: string } | undefined;
  /** Shares that are drawn as small bars, each 0 to 1. */
  readonly bars?: readonly number[] | undefined;
  /** A group of layers begins here. */
  readonly isFirst?: boolean;
}

export const emptyCell: MapCell = { text: '', fill: 0, words: 'no adapter' };
