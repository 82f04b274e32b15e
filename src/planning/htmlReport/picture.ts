import { element, type Child, type Markup } from './markup';

/** Width of all figures, in pixels of their own; they are shown as wide as the page is, at most. */
export const figureWidth = 760;

/**
 * A figure as SVG, with a name and a description for those who do not see it.
 * @param id apart from those of other figures of the page
 */
export function picture(
  { id, height, title, description }: { id: string; height: number; title: string; description: string },
  ...children: readonly Child[]
): Markup {
  return element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${figureWidth} ${Math.ceil(height)}` },
      ...{ width: figureWidth, height: Math.ceil(height), role: 'img' },
      'aria-labelledby': `${id}-title ${id}-description`,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-description` }, description),
    ...children,
  );
}

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly kind?: string;
  readonly size?: number;
}

/** A text of a figure at its baseline. */
export const label = (x: number, y: number, text: string, { anchor, kind, size }: TextOptions = {}): Markup =>
  element('text', { x, y, 'text-anchor': anchor, class: kind, 'font-size': size }, text);

export const group = (attributes: Readonly<Record<string, string>>, ...children: readonly Child[]): Markup =>
  element('g', attributes, ...children);

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): Markup =>
  element('line', { x1, y1, x2, y2, class: kind });

/** Shapes of marks, so that what is told apart by color is told apart by form as well. */
export const shapes = ['circle', 'square', 'triangle', 'diamond', 'cross', 'plus'] as const;
export type Shape = (typeof shapes)[number];

/** A mark around a place. @param size from the middle to its edge, in pixels @param says for a pointer that rests on it */
export function mark(shape: Shape, x: number, y: number, size: number, kind: string, says?: string): Markup {
  const title = says === undefined ? undefined : element('title', {}, says);
  const path = (d: string): Markup => element('path', { d, class: kind }, title);
  const at = (dx: number, dy: number): string => `${round(x + dx)} ${round(y + dy)}`;
  switch (shape) {
    case 'circle':
      return element('circle', { cx: x, cy: y, r: size, class: kind }, title);
    case 'square': {
      const half = size * 0.88;
      return path(`M${at(-half, -half)}L${at(half, -half)}L${at(half, half)}L${at(-half, half)}Z`);
    }
    case 'triangle':
      return path(`M${at(0, -1.15 * size)}L${at(1.1 * size, 0.8 * size)}L${at(-1.1 * size, 0.8 * size)}Z`);
    case 'diamond': {
      const half = size * 1.25;
      return path(`M${at(0, -half)}L${at(half, 0)}L${at(0, half)}L${at(-half, 0)}Z`);
    }
    case 'cross':
      return path(`M${at(-size, -size)}L${at(size, size)}M${at(-size, size)}L${at(size, -size)}`);
    case 'plus':
      return path(`M${at(0, -1.2 * size)}L${at(0, 1.2 * size)}M${at(-1.2 * size, 0)}L${at(1.2 * size, 0)}`);
  }
}

/** A line through places. */
export const polyline = (
  points: readonly (readonly [number, number])[],
  attributes: Readonly<Record<string, string | undefined>>,
): Markup =>
  element('polyline', {
    points: points.map(([x, y]) => `${round(x)},${round(y)}`).join(' '),
    ...attributes,
  });

const round = (value: number): number => Math.round(value * 100) / 100;
