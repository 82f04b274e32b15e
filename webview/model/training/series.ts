import type { TrialState } from '../../../src/shared/trialState';
import { designsOf, type Design, type TrainingOfPage } from './designs';

/** What is drawn as one line in every chart: a trial, or the mean of a design's trials with the band that they span. */
export interface Series {
  readonly id: string;
  readonly label: string;
  /** One, or several whose mean it is. */
  readonly trials: readonly TrialState[];
  /** Numbers of a color and of a shape, alike for all of a design. */
  readonly color: number;
  readonly shape: number;
  /** Number of a dash, another for each seed; 0 is a line without. */
  readonly dash: number;
  /** Faint lines are there to compare with; hidden ones are not drawn. */
  readonly look: 'strong' | 'faint' | 'hidden';
}

/** Colors and shapes that there are, and dashes beside the line without. */
export const seriesColors = 6;
export const seriesDashes = 4;

/**
 * The lines of a run. Of one design, the mean of its seeds and each seed; of several, one a design, and of these the best and
 * the newest stand out. What the reader toggled turns that around.
 *
 * @param toggled by the id of a series, whether it is to stand out
 */
export function seriesOf(run: TrainingOfPage, toggled: Readonly<Record<string, boolean>>): Series[] {
  const designs = designsOf(run);
  const [only] = designs;
  if (only === undefined) return [];
  if (designs.length === 1) return seedSeries(only, toggled);
  return designs.map((design, index) => ({
    ...{ id: design.id, label: labelOf(design), trials: design.trials },
    color: index % seriesColors,
    // Six colors on, the same color comes with another shape.
    shape: (index + Math.floor(index / seriesColors)) % seriesColors,
    dash: 0,
    look: (toggled[design.id] ?? (design.isBest || design.isNewest || design.isArm)) ? 'strong' : 'faint',
  }));
}

function seedSeries({ trials }: Design, toggled: Readonly<Record<string, boolean>>): Series[] {
  const look = (id: string): Series['look'] => ((toggled[id] ?? true) ? 'strong' : 'hidden');
  const seeds = trials.map((trial, index) => ({
    ...{ id: trial.name, label: trial.name, trials: [trial], color: 0, shape: 0 },
    dash: trials.length === 1 ? 0 : 1 + (index % seriesDashes),
    look: look(trial.name),
  }));
  if (trials.length === 1) return seeds;
  const mean = { id: meanId, label: `mean of ${trials.length} seeds`, trials, color: 0, shape: 0, dash: 0 };
  return [{ ...mean, look: look(meanId) }, ...seeds];
}

/** Apart from the names of trials. */
const meanId = 'mean of seeds';

function labelOf({ label, trials, isBest, isNewest }: Design): string {
  const seeds = trials.length > 1 ? `, mean of ${trials.length} seeds` : '';
  const marks = [...(isBest ? ['best'] : []), ...(isNewest ? ['newest'] : [])];
  return `${label}${seeds}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}
