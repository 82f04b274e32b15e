import { seededShuffle } from '../../shared/shuffle';
import type { Candidate } from '../space';
import type { Study } from '../study';
import type { Proposal } from '../studyEvents';
import { pickEach } from './untried';

/** The candidates in a seeded order, without replacement. */
export const random = (study: Study, count: number): Proposal[] =>
  pickEach(study, count, atRandom(study)).map(({ point }) => ({ point }));

/** Picks the one that comes first in the study's seeded order. */
export function atRandom({
  candidates,
  settings,
}: Study): (open: readonly Candidate[]) => Candidate | undefined {
  const order = seededShuffle(candidates, settings.seed);
  return (open) => order.find((candidate) => open.includes(candidate));
}
