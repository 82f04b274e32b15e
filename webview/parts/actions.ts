import { commands } from '../../src/shared/ids';
import { h, setText, show } from '../dom';
import { actionStates, goesOn, runActions, type RunAction } from '../model/actions';
import { button } from '../ui/toolkit';
import type { Deeds, Part } from './part';

const titles: Readonly<Record<RunAction, string>> = {
  score: commands['adapterLab.scoreLayers'],
  allocate: commands['adapterLab.allocate'],
  run: commands['adapterLab.runExperiment'],
  search: commands['adapterLab.searchRanks'],
  train: commands['adapterLab.train'],
  judge: commands['adapterLab.judge'],
  commit: commands['adapterLab.commitPlan'],
  stop: commands['adapterLab.stop'],
  resume: commands['adapterLab.resume'],
};

/** The buttons that begin, end and commit. Those that make no sense now are disabled and say why. */
export function actions(deeds: Deeds): Part {
  const buttons = runActions.map((action) => ({
    action,
    control: button(titles[action], () => deeds.act(action)),
  }));
  const reasons = h('p', { class: 'quiet' });
  const element = h(
    'section',
    { class: 'actions', 'aria-label': 'Actions' },
    h('div', { class: 'row' }, ...buttons.map(({ control }) => control.element)),
    reasons,
  );
  return {
    element,
    update: (view) => {
      // A plan file or an adapter has no experiment to run.
      show(element, view.heading.kind === 'run');
      const states = actionStates(view);
      for (const { action, control } of buttons) {
        const state = states.find((one) => one.action === action);
        control.setReason(state?.reason);
        control.setPrimary(state?.primary ?? false);
        // Only a run that broke off has something to resume: else the button would ask what for.
        if (action === 'resume') show(control.element, goesOn(view));
        // A plan that is edited is committed where it is edited, once it is applied.
        if (action === 'commit') show(control.element, view.draft === undefined);
      }
      // A disabled button takes no focus, so its tooltip is for the mouse only; the sentences say it to everybody.
      // The notice above says it already where the window is restricted, and the badge where a run is in progress.
      const unsaid = ['stop', 'resume', ...(view.draft ? ['commit'] : [])];
      const spoken = states.filter(({ action }) => !unsaid.includes(action)).map((state) => state.reason);
      const told = view.trusted && view.run.status !== 'running' ? spoken : [];
      const sentences = [...new Set(told.filter((reason) => reason !== undefined))];
      setText(reasons, sentences.join(' '));
      show(reasons, sentences.length > 0);
    },
  };
}
