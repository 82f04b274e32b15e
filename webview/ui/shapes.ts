/** Marks of points, told apart without color: as chart.js draws them, and as a path in a box from -5 to 5 for legends. */
export const shapes = [
  { chart: 'circle', path: 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z' },
  { chart: 'triangle', path: 'M0 -4.5L4.5 3.5H-4.5Z' },
  { chart: 'rect', path: 'M-3.5 -3.5H3.5V3.5H-3.5Z' },
  { chart: 'rectRot', path: 'M0 -4.8L4.8 0L0 4.8L-4.8 0Z' },
  { chart: 'cross', path: 'M-4.5 0H4.5M0 -4.5V4.5' },
  { chart: 'crossRot', path: 'M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5' },
] as const;

/** Dashes of lines, in pixels; the first is a line without. */
export const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [10, 3, 2, 3], [12, 5]];
