import type { Job } from './runEvents';

/** How jobs are called in lists and headings. */
export const jobTitles: Readonly<Record<Job, string>> = {
  score: 'Score',
  allocate: 'Allocation',
  run: 'Experiment',
  train: 'Training',
  search: 'Rank search',
  judge: 'Verdict',
};
