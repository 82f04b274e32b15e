import { h, rebuild, setAttribute, svg } from '../dom';
import type { ChartLine } from '../model/training/chartView';
import type { Series } from '../model/training/series';
import { dashes, shapes } from './shapes';

export interface SeriesLegend {
  readonly element: HTMLElement;
  set(series: readonly Series[]): void;
}

/** The one legend of several charts: a button a line, pressed while the line stands out. */
export function seriesLegend(label: string, toggle: (id: string, stands: boolean) => void): SeriesLegend {
  const element = h('div', { class: 'series-legend', role: 'group', 'aria-label': label });
  let buttons = new Map<string, HTMLElement>();
  return {
    element,
    set: (series) => {
      // Only what is drawn of a button: what is pressed is patched, or the focus would be lost with each press.
      const drawn = series.map(({ id, label: text, color, shape, dash, trials }) => ({
        ...{ id, text, color, shape, dash, isThick: trials.length > 1 },
      }));
      rebuild(element, drawn, () => {
        buttons = new Map(
          drawn.map((one) => {
            const button = h('button', { type: 'button', class: 'series' }, sample(one), one.text);
            button.addEventListener('click', () =>
              toggle(one.id, button.getAttribute('aria-pressed') !== 'true'),
            );
            return [one.id, button];
          }),
        );
        return [...buttons.values()];
      });
      for (const { id, look } of series) {
        const button = buttons.get(id);
        if (button === undefined) continue;
        setAttribute(button, 'aria-pressed', String(look === 'strong'));
        button.classList.toggle('hidden-line', look === 'hidden');
      }
    },
  };
}

/** A piece of the line with its mark. */
export function sample(drawn: Pick<ChartLine, 'color' | 'shape' | 'dash' | 'isThick'>): SVGElement {
  const line = svg('path', {
    ...{ d: 'M0 6H36', 'stroke-width': drawn.isThick ? '2.5' : '1.5' },
    'stroke-dasharray': (dashes[drawn.dash] ?? []).join(' '),
  });
  const mark = svg('path', {
    ...{ d: shapes[drawn.shape]?.path ?? '', transform: 'translate(18 6)', class: 'mark' },
  });
  return svg(
    'svg',
    {
      ...{ viewBox: '0 0 36 12', width: '36', height: '12', 'aria-hidden': 'true' },
      class: `sample series-${drawn.color}`,
    },
    ...[line, mark],
  );
}
