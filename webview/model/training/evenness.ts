/** How evenly a router shares out among its experts, or B's. */
export type Evenness = 'even' | 'uneven' | 'nearly collapsed' | 'collapsed';

export interface Balance {
  readonly evenness: Evenness;
  /** How far the largest share is on the way from an even one to everything, 0 to 1: what `evenness` goes by. */
  readonly excess: number;
  /** The entropy of the shares against the most that it could be: 1 = all alike, 0 = one has everything. */
  readonly entropy: number;
  /** Place of the largest share, from 0. */
  readonly top: number;
  readonly topShare: number;
  /** Places that have less than a tenth of an even share. */
  readonly idle: readonly number[];
}

/** From which part of the way between an even share and everything the largest share is called so. */
const bounds: readonly (readonly [Evenness, number])[] = [
  ['collapsed', 0.85],
  ['nearly collapsed', 0.6],
  ['uneven', 0.2],
];
const idleBelow = 0.1;

/** @param shares of the experts, which sum to 1 */
export function balanceOf(shares: readonly number[]): Balance {
  const even = 1 / Math.max(1, shares.length);
  const topShare = Math.max(0, ...shares);
  const excess = shares.length < 2 ? 0 : (topShare - even) / (1 - even);
  const entropy = shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  return {
    excess: Math.max(0, excess),
    evenness: bounds.find(([, from]) => excess >= from)?.[0] ?? 'even',
    // Shares are rounded where they are told.
    entropy: shares.length < 2 ? 1 : Math.min(1, entropy / Math.log(shares.length)),
    ...{ top: shares.indexOf(topShare), topShare },
    idle: [...shares.keys()].filter((place) => (shares[place] ?? 0) < idleBelow * even),
  };
}

/**
 * A balance in words: "expert 2 takes 71 %: nearly collapsed".
 * @param one what there are several of: expert, or B
 */
export function balanceWords(shares: readonly number[], one: string): string {
  const { evenness, top, topShare, idle } = balanceOf(shares);
  const others = idle.filter((place) => place !== top).map((place) => place + 1);
  const unused =
    others.length === 0 ? '' : `; ${one}${others.length > 1 ? 's' : ''} ${others.join(', ')} hardly used`;
  if (evenness === 'even') return `even: ${one} ${top + 1} has the most, ${percent(topShare)}${unused}`;
  return `${one} ${top + 1} takes ${percent(topShare)}: ${evenness}${unused}`;
}

/** Whole percents are enough for a share of experts. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;
