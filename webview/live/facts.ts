import { h, rebuild, show } from '../dom';
import { liveSection, type LivePart } from './part';

/** What the run computes on, with which model, and how much memory it takes. */
export function facts(): LivePart {
  const list = h('dl');
  const { element } = liveSection('Details', list);
  return {
    element,
    update: ({ facts: rows, phase }) => {
      show(element, rows.length > 0 && (phase === 'running' || phase === 'ended'));
      rebuild(list, rows, () =>
        rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
      );
    },
  };
}
