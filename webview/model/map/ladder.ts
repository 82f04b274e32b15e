/** What of a module a gesture changes. */
export type Edited = 'rank' | 'experts';

/** More routed experts than any method gives one module. */
export const mostExperts = 999;

/** The ranks that are usual up to the largest that a matrix can have: 0, the powers of two, and that one itself. */
export function usualRanks(most: number): number[] {
  const ranks = [0];
  for (let rank = 1; rank < most; rank *= 2) ranks.push(rank);
  return most >= 1 ? [...ranks, most] : ranks;
}

/** So many steps up from a value, or down where it is negative: over the usual ranks, and over whole numbers of experts. */
export function stepped(edited: Edited, value: number, by: number, most: number): number {
  // A drag that is back where it began changes nothing, also between two usual ranks.
  if (by === 0) return value;
  if (edited === 'experts') return Math.max(0, Math.min(most, value + by));
  const ranks = usualRanks(most);
  // Between two usual ranks, the next one in the direction of the step is one step away.
  const above = ranks.findIndex((rank) => rank >= value);
  const at = above < 0 ? ranks.length - 1 : ranks[above] === value ? above : by > 0 ? above - 1 : above;
  return ranks[Math.max(0, Math.min(ranks.length - 1, at + by))] ?? 0;
}

/** What was typed as a value, or a sentence of what is wrong with it. */
export function parseValue(edited: Edited, text: string, most: number): number | string {
  const value = Number(text.trim());
  if (/^\d+$/.test(text.trim()) && value <= most) return value;
  return edited === 'rank'
    ? `A rank is a whole number from 0 to ${most}: a matrix here has no more columns or rows.`
    : `Experts are a whole number from 0 to ${most}.`;
}
