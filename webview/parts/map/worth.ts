import type { PageView } from '../../model/view';

/** Trainings, and those of a verdict, score nothing. */
const isTraining = ({ job }: PageView['run']): boolean => job === 'train' || job === 'judge';

/**
 * Whether there is a map to show. False where a run failed before it knew the model: an empty frame would only push the
 * error's story apart. A training has no scores, but may have a plan.
 */
export const isWorthShowing = ({ run, draft }: PageView): boolean =>
  draft !== undefined ||
  (!isTraining(run) && (run.status === 'running' || (run.status !== 'empty' && run.modules.length > 0)));

/** Whether there are scores, or will be. */
export const isScoring = (view: PageView): boolean =>
  isWorthShowing(view) &&
  (!isTraining(view.run) || view.scores.values.length > 0) &&
  view.heading.kind === 'run';
