import { commands } from '../../../src/shared/ids';
import type { AllocationMethod } from '../../../src/shared/words';
import { h, rebuild, setText, show } from '../../dom';
import {
  draftActions,
  draftActionStates,
  readOnlyReason,
  type DraftAction,
} from '../../model/budget/draftActions';
import { recordedReason } from '../../model/actions';
import { appliedWords } from '../../model/budget/draftWords';
import {
  askedMethod,
  chosenMethod,
  methodAgain,
  methodOptions,
  refusedMethods,
} from '../../model/budget/methods';
import { hasPlan, type PageView } from '../../model/view';
import { button, dropdown } from '../../ui/toolkit';
import { definitions } from '../definitions';
import { section, type Deeds, type Part } from '../part';
import { gauge } from './gauge';
import { isWorthShowing } from './worth';

const titles: Readonly<Record<DraftAction, string>> = {
  undo: 'Undo',
  redo: 'Redo',
  apply: commands['adapterLab.applyPlan'],
  commit: commands['adapterLab.commitPlan'],
};

/** Method, budget and history of the plan that is edited, and where it goes from here. */
export function allocation(deeds: Deeds): Part {
  let latest: PageView | undefined;
  const allocate = (method: AllocationMethod | undefined): void => {
    // Limits that nobody touched are the host's, as they were told.
    const budget = method === undefined ? undefined : limits.written();
    if (method === undefined || budget === undefined) return showMethod();
    const isOther = Object.keys(budget).length > 0;
    limits.sent(deeds.change({ change: 'allocate', method, ...(isOther ? { budget } : {}) }));
  };
  /** Also where another one was chosen that nobody was asked for, as a limit is wrong. */
  const showMethod = (): void => {
    if (latest?.draft) method.set(methodOptions(latest.draft), chosenMethod(latest.draft));
  };
  const again = (): void => allocate(latest?.draft && methodAgain(latest.draft));
  const method = dropdown('Method', (value) => allocate(latest?.draft && askedMethod(latest.draft, value)));
  const reallocate = button('Re-allocate', again);
  const limits = gauge(again);
  const reason = h('p', { class: 'quiet' });
  const refused = h('p', { class: 'notice error', role: 'alert' });
  const applied = h('p', { class: 'quiet' });
  const refusedTitle = h('summary');
  const refusedList = h('div');
  const refusedMethodsBox = h('details', {}, refusedTitle, refusedList);
  const buttons = draftActions.map((action) => ({
    action,
    control: button(titles[action], () => {
      if (action === 'undo' || action === 'redo') deeds.change({ change: action });
      else deeds.act(action);
    }),
  }));
  const methodRow = h('div', { class: 'row tools' }, method.element, reallocate.element);
  const controls = h(
    'div',
    {},
    methodRow,
    limits.element,
    refused,
    h('div', { class: 'row deeds' }, ...buttons.map((one) => one.control.element)),
    applied,
    refusedMethodsBox,
  );
  const element = section('Allocation', 'allocation', reason, controls);
  return {
    element,
    update: (view) => {
      if (view.heading.run !== latest?.heading.run || view.heading.experiment !== latest.heading.experiment)
        limits.forget();
      latest = view;
      const { draft } = view;
      const possible = draft && methodAgain(draft) !== undefined;
      const words = readOnlyReason(view) ?? (possible && hasPlan(view) ? '' : noPlanWords(view, possible));
      show(element, isWorthShowing(view) && (draft !== undefined || words !== ''));
      setText(reason, words);
      show(reason, words !== '');
      show(controls, draft !== undefined);
      const states = draftActionStates(view);
      if (!draft || !states) return;
      show(methodRow, possible === true);
      if (possible) showMethod();
      method.setReason(draft.readOnly);
      reallocate.setLabel(hasPlan(view) ? 'Re-allocate' : 'Allocate Here');
      reallocate.setReason(
        draft.readOnly,
        'Makes the plan anew with this method and budget. Locked modules stay.',
      );
      limits.update(draft, possible === true && draft.readOnly === undefined, view.answered);
      const commits = view.heading.experiment !== '' && !view.heading.recorded;
      const against = view.heading.recorded ? ` ${recordedReason}` : '';
      setText(applied, `${appliedWords(draft, commits)}${against}`);
      show(applied, draft.readOnly === undefined && (hasPlan(view) || !draft.isApplied));
      const fault = draft.refused ? `${draft.refused.message} ${draft.refused.next}` : '';
      setText(refused, fault);
      show(refused, fault !== '');
      for (const one of buttons) {
        const state = states[one.action];
        one.control.setReason(state.reason, state.hint);
        one.control.setPrimary(state.primary);
        if (one.action === 'commit') show(one.control.element, view.heading.experiment !== '');
      }
      const others = refusedMethods(draft);
      show(refusedMethodsBox, others.length > 0);
      setText(
        refusedTitle,
        others.length === 1 ? '1 method cannot be used' : `${others.length} methods cannot be used`,
      );
      rebuild(refusedList, others, () => [definitions(others)]);
    },
  };
}

function noPlanWords({ run, draft }: PageView, possible: boolean | undefined): string {
  if (draft && possible) return 'Nothing is kept yet: allocate, or give modules adapters by hand.';
  if (draft) return 'There is nothing to allocate from here; the plan can be changed by hand.';
  if (run.plan !== undefined) return '';
  return run.status === 'running'
    ? 'No plan yet: it is made from the scores, once all layers have theirs.'
    : 'No plan yet: Allocate makes one from the scores.';
}
