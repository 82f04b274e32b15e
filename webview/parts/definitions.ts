import { h } from '../dom';

/** Names and values in two columns. */
export const definitions = (lines: readonly (readonly [string, string])[]): HTMLElement =>
  h('dl', {}, ...lines.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
