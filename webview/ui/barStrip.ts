import { setAttribute, setText, svg } from '../dom';

export interface StripBar {
  readonly value: number;
  /** Undefined where there is no choice to show. */
  readonly kept: boolean | undefined;
  /** Shown on hovering. */
  readonly hint: string;
}

export interface BarStrip {
  readonly element: SVGSVGElement;
  /**
   * @param top the value of a bar as high as the strip
   * @param words the strip for who does not see it
   */
  draw(bars: readonly StripBar[], top: number, words: string): void;
}

/** In units of the drawing, which is stretched to its place: a bar's slot, the bars' height, the line under a kept one. */
const slot = 10;
const height = 100;
const line = { gap: 5, height: 7 };
/** Of more bars than this the gaps between them would be less than a pixel. */
const mostWithGaps = 48;

/**
 * Small bars side by side, as wide as there is room: one drawing for six and for a hundred. A kept bar has a line under it, so
 * that this is not said by color alone.
 */
export function barStrip(): BarStrip {
  const element = svg('svg', { class: 'strip', role: 'img', preserveAspectRatio: 'none' });
  let columns: Column[] = [];
  return {
    element,
    draw: (bars, top, words) => {
      if (columns.length !== bars.length) {
        columns = bars.map((_, index) => column(index, bars.length));
        element.replaceChildren(...columns.map((one) => one.element));
        setAttribute(element, 'viewBox', `0 0 ${slot * bars.length} ${height + line.gap + line.height}`);
      }
      bars.forEach((bar, index) => columns[index]?.update(bar, top));
      setAttribute(element, 'aria-label', words);
    },
  };
}

interface Column {
  readonly element: SVGGElement;
  update(bar: StripBar, top: number): void;
}

function column(index: number, count: number): Column {
  const gap = count > mostWithGaps ? 0 : slot * 0.2;
  const x = String(index * slot + gap / 2);
  const width = String(slot - gap);
  const bar = svg('rect', { x, width });
  const under = svg('rect', {
    ...{ class: 'kept', x, width },
    y: String(height + line.gap),
    height: String(line.height),
  });
  const title = svg('title');
  // The whole slot answers to the mouse, also above a low bar.
  const ground = svg('rect', {
    class: 'ground',
    x: String(index * slot),
    width: String(slot),
    height: String(height),
  });
  return {
    element: svg('g', {}, title, ground, bar, under),
    update: ({ value, kept, hint }, top) => {
      const tall = top > 0 ? Math.min(height, Math.max(0, (height * value) / top)) : 0;
      // A score that is not nothing is seen.
      const shown = value > 0 ? Math.max(1.5, tall) : 0;
      setAttribute(bar, 'y', String(Number((height - shown).toFixed(2))));
      setAttribute(bar, 'height', String(Number(shown.toFixed(2))));
      setAttribute(bar, 'class', kept === false ? 'other' : 'kept');
      setAttribute(under, 'visibility', kept === true ? 'visible' : 'hidden');
      setText(title, hint);
    },
  };
}
