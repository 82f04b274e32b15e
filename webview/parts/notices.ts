import { errorKinds, type ErrorPayload } from '../../src/shared/errors';
import type { RunState } from '../../src/shared/runState';
import { h, setText, show } from '../dom';
import { reasonAgainstStarting, restrictedReason } from '../model/actions';
import { button, type ButtonControl } from '../ui/toolkit';
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

/** The box that an error stands in, with buttons for what to do about it. */
export function errorBox(...buttons: readonly ButtonControl[]): {
  readonly element: HTMLElement;
  set(error: ErrorPayload): void;
} {
  const message = h('p', { class: 'message' });
  const next = h('p');
  const code = h('code');
  const element = h(
    'section',
    { class: 'notice error', 'aria-label': 'Error' },
    message,
    next,
    h('p', { class: 'quiet' }, 'Code: ', code),
    h('div', { class: 'row' }, ...buttons.map((one) => one.element)),
  );
  return {
    element,
    set: (error) => {
      setText(message, error.message);
      setText(next, error.next);
      setText(code, error.code);
    },
  };
}

const unknownError: ErrorPayload = {
  code: 'internal',
  message: 'The run failed and left no reason.',
  next: 'Look into the log, then try again.',
};

/** What went wrong, where, and what to do about it. */
export function errorNotice(deeds: Deeds): Part {
  let again: RunState['job'];
  const edit = button('Edit Experiment', () => deeds.act('openExperiment'));
  const retry = button('Try Again', () => deeds.act(again ?? 'run'));
  const text = button('Open as Text', () => deeds.act('openText'));
  const pick = button('Pick Folder…', () => deeds.act('pickFolder'));
  const box = errorBox(pick, text, edit, retry);
  return {
    element: box.element,
    update: (view) => {
      const { error, status, job } = view.run;
      const shown = status === 'failed';
      show(box.element, shown);
      if (!shown) return;
      again = job;
      box.set(error ?? unknownError);
      // Wrong input fails again until it is changed; an engine that failed may well go through.
      const ofInput = error !== undefined && errorKinds[error.code] === 'input';
      edit.setPrimary(ofInput);
      retry.setPrimary(!ofInput);
      retry.setReason(reasonAgainstStarting(view));
      // A file that is edited on the page has no run that could be tried again.
      const isRun = view.heading.kind === 'run';
      show(edit.element, isRun);
      show(retry.element, isRun);
      show(text.element, !isRun);
      show(pick.element, view.heading.kind === 'adapter' && error?.code === 'model-missing');
      pick.setPrimary(true);
      text.setPrimary(error?.code !== 'model-missing');
    },
  };
}
