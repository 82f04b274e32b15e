import { meanAndError } from '../shared/meanAndError';
import { mulberry32, normalDraws } from '../shared/random';
import { twoSidedP } from './studentT';

const sequences = 20_000;
/** By looks and level: each takes some tenths of a second. */
const known = new Map<string, number>();

/**
 * The level at which each look is taken, so that all looks together call a difference where there is none in `level` of the
 * cases: whoever looks after 3, 4 and 5 seeds, and stops as soon as the answer is clear, would else be wrong more often than
 * they say. The same at every look (Pocock 1977), found from 20,000 simulated sequences of seeds without a difference.
 *
 * @param looks numbers of seeds after which it is looked, ascending, each at least 2
 * @param level of error of all looks together, such as 0.05
 */
export function levelOfLooks(looks: readonly number[], level: number): number {
  if (looks.length <= 1) return level;
  const key = `${looks.join(' ')} ${level}`;
  const found = known.get(key) ?? simulatedLevel(looks, level);
  known.set(key, found);
  return found;
}

function simulatedLevel(looks: readonly number[], level: number): number {
  const random = mulberry32(1977);
  const most = Math.max(...looks);
  const smallest = Float64Array.from({ length: sequences }, () =>
    smallestP(looks, normalDraws(random, most)),
  ).sort();
  // The level itself where every look sees the same.
  return Math.min(level, smallest[Math.floor(level * sequences)] as number);
}

/** The smallest p of a sequence of seeds, over its looks. */
function smallestP(looks: readonly number[], seeds: readonly number[]): number {
  const ps = looks.map((look) => {
    const { mean, standardError } = meanAndError(seeds.slice(0, look));
    return twoSidedP(mean / standardError, look - 1);
  });
  return Math.min(...ps);
}
