import { h, rebuild, svg } from '../../dom';
import { legendOf, type LegendKind } from '../../model/ranks/marks';
import type { MarkKind, Plot } from '../../model/ranks/plot';
import { looks } from '../../ui/plotData';
import { shapes } from '../../ui/shapes';

export interface PlotLegend {
  readonly element: HTMLElement;
  set(plot: Plot): void;
}

/** What the marks of a chart of trials say, and what is drawn besides: of what is there. */
export function plotLegend(): PlotLegend {
  const element = h('ul', { class: 'legend search-legend' });
  return {
    element,
    set: (plot) => {
      const entries = legendOf(plot);
      rebuild(element, entries, () => entries.map(([kind, words]) => h('li', {}, swatch(kind), words)));
    },
  };
}

const swatch = (kind: LegendKind): Element =>
  kind in looks ? mark(kind as MarkKind) : h('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' });

function mark(kind: MarkKind): SVGElement {
  const { shape, isHollow } = looks[kind];
  return svg(
    'svg',
    {
      ...{ viewBox: '-6 -6 12 12', width: '13', height: '13', 'aria-hidden': 'true' },
      class: isHollow ? 'hollow' : 'full',
    },
    svg('path', { d: shapes[shape]?.path ?? '' }),
  );
}
