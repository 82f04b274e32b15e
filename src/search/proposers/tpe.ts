import { seededRandom } from '../../shared/random';
import { evaluationsOf } from '../objective';
import { coordinate, type Candidate } from '../space';
import type { Study } from '../study';
import type { Proposal } from '../studyEvents';
import { largest } from './largest';
import { parzen, type Parzen } from './parzen';
import { atRandom } from './random';
import { pickEach } from './untried';

/** How many points are drawn from the good ones' density. */
const draws = 24;

/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization",
 * 2011, section 4) with Optuna's choices: of n evaluations the best min(⌈0.1 n⌉, 25) are good; 24 points are drawn from the
 * density of the good ones, here among the candidates not tried yet, and the one is taken whose density there is largest
 * against that of the others. Points of the same batch count with the others (constant liar).
 */
export function tpe(study: Study, count: number): Proposal[] {
  const { settings, trials } = study;
  const grid = settings.space.dimensions.map((one) => one.candidates.map((value) => coordinate(one, value)));
  const evaluations = evaluationsOf(study);
  const startup = atRandom(study);
  const byMerit = [...evaluations].sort((a, b) => b.merit - a.merit || a.trial - b.trial);
  const good = new Set(byMerit.slice(0, Math.min(Math.ceil(0.1 * evaluations.length), 25)));
  const places = (wanted: boolean): (readonly number[])[] =>
    evaluations.filter((one) => good.has(one) === wanted).map(({ candidate }) => candidate.coordinates);
  const goodDensity = parzen(grid, places(true));
  const picked = pickEach(study, count, (open, before) => {
    const number = trials.length + before.length;
    if (number < settings.startup || evaluations.length === 0) return startup(open);
    const pending = before.map(({ coordinates }) => coordinates);
    const others = parzen(grid, [...places(false), ...pending]);
    return likelier(open, goodDensity, others, seededRandom(settings.seed, `tpe ${number}`));
  });
  return picked.map(({ point }) => ({ point }));
}

function likelier(
  open: readonly Candidate[],
  good: Parzen,
  others: Parzen,
  random: () => number,
): Candidate | undefined {
  const places = open.map(({ coordinates }) => coordinates);
  const chances = good(places);
  const against = others(places);
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const drawn = Array.from({ length: draws }, () => {
    let left = random() * total;
    const index = chances.findIndex((chance) => (left -= chance) < 0);
    return index < 0 ? open.length - 1 : index;
  });
  const best = largest(drawn, (index) => (chances[index] ?? 0) / (against[index] ?? 1));
  return best === undefined ? undefined : open[best];
}
