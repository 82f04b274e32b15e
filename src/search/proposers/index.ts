import type { Study } from '../study';
import type { Proposal, StudySettings } from '../studyEvents';
import { gaussian } from './gaussian';
import { grid } from './grid';
import { random } from './random';
import { tpe } from './tpe';

/**
 * The next `count` points of a study whose trials are all told. The same settings and the same told results give the same
 * points; none comes twice before the space is exhausted.
 */
type Propose = (study: Study, count: number) => Proposal[];

export const proposers: Readonly<Record<StudySettings['proposer'], Propose>> = {
  gaussian,
  tpe,
  random,
  grid,
};
