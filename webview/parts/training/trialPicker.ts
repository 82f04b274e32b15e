import type { TrialState } from '../../../src/shared/trialState';
import { show } from '../../dom';
import { dropdown } from '../../ui/toolkit';

export interface TrialPicker {
  readonly element: HTMLElement;
  update(trials: readonly TrialState[], shown: TrialState): void;
}

/** Which trial's maps are shown; only there where there are several. */
export function trialPicker(choose: (trial: string) => void): TrialPicker {
  const control = dropdown('Trial', choose);
  return {
    element: control.element,
    update: (trials, shown) => {
      show(control.element, trials.length > 1);
      control.set(
        trials.map(({ name }) => ({ value: name, label: name })),
        shown.name,
      );
    },
  };
}
