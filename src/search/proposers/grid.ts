import type { Study } from '../study';
import type { Proposal } from '../studyEvents';
import { pickEach } from './untried';

/** The candidates in the order of the space. */
export const grid = (study: Study, count: number): Proposal[] =>
  pickEach(study, count, (open) => open[0]).map(({ point }) => ({ point }));
