import { h, setText, show } from '../dom';
import type { LivePart } from './part';

/** What went wrong, and what to do about it; while the run goes on, what went wrong and was no reason to end. */
export function error(): LivePart {
  const message = h('p', { class: 'message' });
  const next = h('p');
  const element = h('section', { class: 'notice', 'aria-label': 'Error' }, message, next);
  return {
    element,
    update: ({ run, phase }) => {
      const isOver = run.status === 'failed';
      const shown = isOver ? run.error : phase === 'running' ? run.setbacks.at(-1) : undefined;
      show(element, isOver || shown !== undefined);
      element.classList.toggle('error', isOver);
      setText(message, shown?.message ?? 'The run failed and left no reason.');
      setText(next, shown?.next ?? 'Look into the log, then try again.');
    },
  };
}
