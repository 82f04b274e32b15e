import { h } from '../../dom';
import type { ChartView } from '../../model/training/chartView';
import { chartBox, type ChartBox } from './chartBox';

export interface ChartGrid {
  readonly element: HTMLElement;
  update(views: readonly ChartView[], asTable: boolean): void;
}

/** Charts beside each other, as many as there is room for. Those that stay keep their elements. */
export function chartGrid(): ChartGrid {
  const element = h('div', { class: 'chart-grid' });
  let boxes = new Map<string, ChartBox>();
  return {
    element,
    update: (views, asTable) => {
      const before = boxes;
      boxes = new Map(views.map(({ id }) => [id, before.get(id) ?? chartBox()]));
      for (const [id, box] of before) if (!boxes.has(id)) box.destroy();
      const wanted = [...boxes.values()].map((box) => box.element);
      const isSame =
        wanted.length === element.children.length && wanted.every((one, at) => element.children[at] === one);
      if (!isSame) element.replaceChildren(...wanted);
      for (const view of views) boxes.get(view.id)?.update(view, asTable);
    },
  };
}
