import { h } from './dom';
import type { PageView } from './model/view';
import { actions } from './parts/actions';
import { emptyNotice } from './parts/empty';
import { facts } from './parts/facts';
import { grid } from './parts/grid';
import { header } from './parts/header';
import { layers } from './parts/layers';
import { errorNotice, restrictedNotice, setbacksNotice } from './parts/notices';
import type { Deeds, Part } from './parts/part';
import { plan } from './parts/plan';
import { progress } from './parts/progress';
import { stability } from './parts/stability';
import { training } from './parts/training';

/** The whole page, from its parts. Wide windows set the parts of `details` beside the grid. */
export function page(deeds: Deeds): Part {
  const parts = {
    header: header(deeds),
    restricted: restrictedNotice(),
    error: errorNotice(deeds),
    setbacks: setbacksNotice(),
    empty: emptyNotice(),
    actions: actions(deeds),
    progress: progress(),
    training: training(),
    layers: layers(deeds),
    grid: grid(deeds),
    stability: stability(),
    plan: plan(),
    facts: facts(),
  };
  const element = h(
    'main',
    {},
    parts.header.element,
    parts.restricted.element,
    parts.error.element,
    parts.setbacks.element,
    parts.empty.element,
    parts.actions.element,
    parts.progress.element,
    parts.training.element,
    parts.layers.element,
    h(
      'div',
      { class: 'columns' },
      parts.grid.element,
      h('div', { class: 'details' }, parts.stability.element, parts.plan.element, parts.facts.element),
    ),
  );
  return {
    element,
    update: (view: PageView) => Object.values(parts).forEach((part) => part.update(view)),
  };
}
