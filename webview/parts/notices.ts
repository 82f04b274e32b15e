import { errorKinds } from '../../src/shared/errors';
import type { RunState } from '../../src/shared/runState';
import { h, setText, show } from '../dom';
import { reasonAgainstStarting, restrictedReason } from '../model/actions';
import { button } from '../ui/toolkit';
import type { Deeds, Part } from './part';

/** Says that nothing can be started in a window that is not trusted. */
export function restrictedNotice(): Part {
  const element = h('p', { class: 'notice warning' }, h('strong', {}, 'Restricted. '), restrictedReason);
  return { element, update: (view) => show(element, !view.trusted) };
}

/** What went wrong and was no reason to end: a card whose memory was full, or that was lost. */
export function setbacksNotice(): Part {
  const list = h('ul', { class: 'plain' });
  const element = h('section', { class: 'notice warning', role: 'status', 'aria-label': 'Setbacks' }, list);
  let shown = -1;
  return {
    element,
    update: ({ run: { setbacks } }) => {
      show(element, setbacks.length > 0);
      if (setbacks.length === shown) return;
      shown = setbacks.length;
      list.replaceChildren(...setbacks.map(({ message, next }) => h('li', {}, `${message} ${next}`)));
    },
  };
}

/** What went wrong, where, and what to do about it. */
export function errorNotice(deeds: Deeds): Part {
  const message = h('p', { class: 'message' });
  const next = h('p');
  const code = h('code');
  let again: Exclude<RunState['job'], 'search'>;
  const edit = button('Edit Experiment', () => deeds.act('openExperiment'));
  const retry = button('Try Again', () => deeds.act(again ?? 'run'));
  const element = h(
    'section',
    { class: 'notice error', 'aria-label': 'Error' },
    message,
    next,
    h('p', { class: 'quiet' }, 'Code: ', code),
    h('div', { class: 'row' }, edit.element, retry.element),
  );
  return {
    element,
    update: (view) => {
      const { error, status, job } = view.run;
      const shown = status === 'failed';
      show(element, shown);
      if (!shown) return;
      // A search is begun and resumed on the command line.
      show(retry.element, job !== 'search');
      again = job === 'search' ? undefined : job;
      setText(message, error?.message ?? 'The run failed and left no reason.');
      setText(next, error?.next ?? 'Look into the log, then try again.');
      setText(code, error?.code ?? 'internal');
      // Wrong input fails again until it is changed; an engine that failed may well go through.
      const ofInput = error !== undefined && errorKinds[error.code] === 'input';
      edit.setPrimary(ofInput);
      retry.setPrimary(!ofInput);
      retry.setReason(reasonAgainstStarting(view));
    },
  };
}
