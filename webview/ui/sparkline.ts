import { setAttribute, svg } from '../dom';
import type { SparkPoint } from '../model/sparkPoints';

export interface Sparkline {
  readonly element: SVGSVGElement;
  /**
   * @param points in a box of 100 by 100, y from the top down
   * @param earlier lines behind it
   * @param words the line for who does not see it
   */
  draw(points: readonly SparkPoint[], earlier: readonly (readonly SparkPoint[])[], words: string): void;
}

/** A small line as wide as there is room, whose newest point is marked. */
export function sparkline(): Sparkline {
  const before = svg('path', { class: 'line earlier' });
  const line = svg('path', { class: 'line' });
  // A line without length and with round ends is a dot that is not stretched with the drawing.
  const newest = svg('path', { class: 'line dot' });
  const element = svg(
    'svg',
    { class: 'spark', role: 'img', viewBox: '-1 -4 102 108', preserveAspectRatio: 'none' },
    ...[before, line, newest],
  );
  return {
    element,
    draw: (points, earlier, words) => {
      const last = points.at(-1);
      setAttribute(before, 'd', earlier.map(pathOf).join(''));
      setAttribute(line, 'd', pathOf(points));
      setAttribute(newest, 'd', last === undefined ? '' : pathOf([last, last]));
      setAttribute(element, 'aria-label', words);
    },
  };
}

const pathOf = (points: readonly SparkPoint[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`).join('');
