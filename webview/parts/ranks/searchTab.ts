import { h } from '../../dom';
import type { Deeds, Part } from '../part';
import { modelChart } from './modelChart';
import { bestChart, frontChart } from './resultCharts';
import { searchStatus } from './status';
import { trials } from './trials';
import { why } from './why';

/** The tab of a rank search. Wide windows set the reasons and the trials beside the model. */
export function searchTab(deeds: Deeds): Part {
  const status = searchStatus(deeds);
  const model = modelChart(deeds, ({ point }) => status.offer(point));
  const parts = {
    status,
    model,
    why: why(),
    trials: trials(deeds),
    best: bestChart(deeds),
    front: frontChart(deeds),
  };
  const element = h(
    'div',
    { class: 'search-tab' },
    parts.status.element,
    h(
      'div',
      { class: 'search-columns' },
      parts.model.element,
      h('div', { class: 'beside' }, parts.why.element, parts.trials.element),
    ),
    h('div', { class: 'search-pair' }, parts.best.element, parts.front.element),
  );
  return {
    element,
    update: (view) => Object.values(parts).forEach((part) => part.update(view)),
  };
}
