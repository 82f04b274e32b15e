import { h, setAttribute, setText, show } from '../dom';
import { announcement } from '../model/status';
import type { LivePart } from './part';

/** Which run it is, what it is doing, how far it is, and how long it will take. */
export function status(): LivePart {
  const title = h('h1');
  const badge = h('span', { class: 'badge' });
  const stage = h('p', { class: 'one-line' });
  const step = h('p', { class: 'one-line quiet' });
  const bar = h('progress', { max: '1', value: '0', 'aria-label': 'Progress' });
  const percent = h('span', { class: 'number' });
  const time = h('p', { class: 'quiet number' });
  const going = h('div', {}, stage, step, h('div', { class: 'bar' }, bar, percent), time);
  const outcome = h('p', { class: 'outcome' });
  const element = h('header', {}, h('div', { class: 'title-line' }, title, badge), going, outcome);
  return {
    element,
    update: (view) => {
      const isGoing = view.phase === 'running';
      const isShown = isGoing || view.phase === 'ended';
      show(element, isShown);
      if (!isShown) return;
      setText(title, view.title);
      setText(badge, view.badge);
      show(going, isGoing);
      setText(stage, view.stage);
      // A line of its own that stays: what follows would jump whenever a stage has no steps.
      setText(step, view.step === '' ? '\u00a0' : view.step);
      setAttribute(step, 'title', view.step === '' ? undefined : view.step);
      bar.value = view.share;
      const words = `${Math.floor(100 * view.share)} %`;
      setText(percent, words);
      setAttribute(bar, 'aria-valuetext', `${words}. ${announcement(view.run)}`);
      setText(time, view.time);
      setText(outcome, view.outcome);
      show(outcome, view.outcome !== '');
    },
  };
}
