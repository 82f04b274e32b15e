import { mulberry32 } from '../../../src/shared/random';
import { proposers } from '../../../src/search/proposers';
import { makeSpace, type Dimension, type Point } from '../../../src/search/space';
import { applyStudyEvent, newStudy, type Study } from '../../../src/search/study';
import type { StudySettings, UnstampedStudyEvent } from '../../../src/search/studyEvents';

/** As large as searches of rank, the mlp's rank, experts and layers become: 6 × 4 × 3 × 4 candidates. */
const dimensions: readonly Dimension[] = [
  { name: 'rank', scale: 'log2', candidates: [2, 4, 8, 16, 32, 64] },
  { name: 'mlp_rank', scale: 'log2', candidates: [2, 8, 32, 128] },
  { name: 'experts', scale: 'log2', candidates: [1, 2, 4] },
  { name: 'layers', scale: 'linear', candidates: [0.25, 0.5, 0.75, 1] },
];

/** Standard deviation of one training, as a share of the range of the surface. */
const noise = 0.03;

/**
 * Losses that are smooth in log rank with a valley whose place the seed draws, and noisy as a training is: what the batch of proposals
 * costs is told on searches that the engine's own proposer makes on them.
 *
 * @returns by trial, the best true loss of the range among all that are told by then, 0 the best of all and 1 the worst
 */
export function regretByTrial(batch: number, trials: number, seed: number): number[] {
  const random = mulberry32(seed);
  const places = dimensions.map(() => 0.15 + 0.7 * random());
  const widths = dimensions.map(() => 0.5 + random());
  const trueLoss = (point: Point): number =>
    dimensions.reduce((sum, dimension, at) => {
      const distance = (positionOf(dimension, point[dimension.name] ?? 0) - places[at]!) / widths[at]!;
      return sum + distance * distance;
    }, 0);
  const { costs } = makeSpace(dimensions, ({ rank = 1, mlp_rank: mlp = 1, layers = 1, experts = 1 }) =>
    Math.round(1000 * layers * experts * (rank + mlp)),
  );
  let study: Study = newStudy(settingsOf(costs, batch, trials, seed));
  const all = study.candidates.map(({ point }) => trueLoss(point));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const record = (event: UnstampedStudyEvent): void => {
    study = applyStudyEvent(study, { at: '', ...event });
  };
  const regrets: number[] = [];
  while (study.trials.length < trials) {
    const count = Math.min(batch, trials - study.trials.length);
    record({ type: 'proposed', proposals: proposers.gaussian(study, count) });
    const told = study.trials.slice(-count);
    for (const { number, point } of told) {
      const share = (trueLoss(point) - least) / (most - least);
      record({
        type: 'told',
        trial: number,
        seed: 1,
        // Three of them have a standard deviation of a half.
        value: share + 2 * noise * (random() + random() + random() - 1.5),
      });
    }
    // The search would hand out the one that measured best, not the one that is.
    const best = study.trials.reduce((a, b) => (a.values[0]!.value <= b.values[0]!.value ? a : b));
    const regret = (trueLoss(best.point) - least) / (most - least);
    for (let at = 0; at < count; at++) regrets.push(regret);
  }
  return regrets;
}

function positionOf({ candidates, scale }: Dimension, value: number): number {
  const at = (x: number): number => (scale === 'log2' ? Math.log2(x) : x);
  const [low, high] = [at(candidates[0]!), at(candidates.at(-1)!)];
  return (at(value) - low) / (high - low);
}

const settingsOf = (
  costs: readonly number[],
  batch: number,
  evaluations: number,
  seed: number,
): StudySettings => ({
  ...{ name: 'batches', proposer: 'gaussian', seed, batch, evaluations, seeds: [1] },
  startup: Math.max(1, Math.min(10, Math.floor(evaluations / 3))),
  space: { dimensions: [...dimensions], costs: [...costs], costLimit: Math.max(...costs) },
  objective: { metric: 'loss', direction: 'minimize', sizeWeight: 0 },
});
