import type { PageView } from '../view';

/** What a cell of the layer × role grid can show. */
export const quantities = ['score', 'rank', 'experts', 'parameters', 'norm'] as const;
export type Quantity = (typeof quantities)[number];

export const quantityTitles: Readonly<Record<Quantity, string>> = {
  score: 'Score',
  rank: 'Rank',
  experts: 'Experts',
  parameters: 'Adapter parameters',
  norm: 'Norm ‖BA‖',
};

/** The quantities that there is something to show of. Before anything is there, scores are what will come first. */
export function possibleQuantities({
  run,
  scores,
  draft,
}: Pick<PageView, 'scores' | 'draft'> & { readonly run: { readonly plan: unknown } }): Quantity[] {
  const possible = quantities.filter((quantity) => {
    if (quantity === 'score') return scores.values.length > 0;
    return quantity === 'norm' ? draft?.norms !== undefined : run.plan !== undefined;
  });
  return possible.length > 0 ? possible : ['score'];
}

/** The chosen quantity, or the first possible one where that one is not. */
export const shownQuantity = (chosen: Quantity, possible: readonly Quantity[]): Quantity =>
  possible.includes(chosen) ? chosen : (possible[0] ?? 'score');
