import { quantities, type Quantity } from '../map/quantity';

/** Which grid is shown of two plans. */
export const shownGrids = ['left', 'right', 'difference'] as const;
export type ShownGrid = (typeof shownGrids)[number];

/** What the reader chose on a page of two plans. */
export interface CompareChoices {
  readonly shown: ShownGrid;
  readonly quantity: Quantity;
}

export const defaultCompareChoices: CompareChoices = { shown: 'difference', quantity: 'rank' };

/** The choices inside a saved state, which may be missing or from another version of the page. */
export function decodeCompareChoices(saved: unknown): CompareChoices {
  const { shown, quantity } = (saved ?? {}) as Partial<Record<keyof CompareChoices, unknown>>;
  return {
    shown: shownGrids.find((known) => known === shown) ?? defaultCompareChoices.shown,
    quantity: quantities.find((known) => known === quantity) ?? defaultCompareChoices.quantity,
  };
}
