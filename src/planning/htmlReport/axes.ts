import { element, type Markup } from './markup';
import { label, line } from './picture';
import type { Scale } from './scale';

/** Where the inside of a panel lies, in pixels of the figure. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Axis {
  readonly scale: Scale;
  readonly title: string;
  readonly words: (tick: number) => string;
}

/** An axis below a panel: its line, ticks, their numbers and its title. */
export function bottomAxis({ left, right, bottom }: Box, { scale, title, words }: Axis): Markup[] {
  return [
    line(left, bottom, right, bottom, 'axis'),
    ...scale.ticks.flatMap((tick) => [
      line(scale(tick), bottom, scale(tick), bottom + 4, 'axis'),
      label(scale(tick), bottom + 16, words(tick), { anchor: 'middle', kind: 'tick' }),
    ]),
    label((left + right) / 2, bottom + 34, title, { anchor: 'middle', kind: 'axis-title' }),
  ];
}

/** An axis left of a panel, with faint lines across it; what it measures is the panel's title, which is read without turning one's head. */
export function leftAxis({ left, right }: Box, { scale, words }: Omit<Axis, 'title'>): Markup[] {
  return [
    ...scale.ticks.flatMap((tick) => [
      line(left, scale(tick), right, scale(tick), 'grid'),
      label(left - 6, scale(tick) + 3.5, words(tick), { anchor: 'end', kind: 'tick' }),
    ]),
  ];
}

/** The letter of a panel and what it shows. */
export const panelTitle = ({ left }: Box, y: number, letter: string, words: string): Markup =>
  element(
    'text',
    { x: left, y, class: 'panel' },
    element('tspan', { 'font-weight': 700 }, `${letter}  `),
    words,
  );
