/** What a cell of the layer × role grid can show. */
export const quantities = ['score', 'experts', 'rank', 'parameters'] as const;
export type Quantity = (typeof quantities)[number];

export const quantityTitles: Readonly<Record<Quantity, string>> = {
  score: 'Score',
  experts: 'Experts',
  rank: 'Rank',
  parameters: 'Adapter parameters',
};

/** Only scores exist before the plan. */
export const shownQuantity = (chosen: Quantity, hasPlan: boolean): Quantity => (hasPlan ? chosen : 'score');
