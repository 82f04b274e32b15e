import { svg } from '../dom';

/** Pixels: each bar with its gap, and the highest bar. */
const [pitch, width, height] = [6, 5, 18];
/** So many even shares fill the height: with everything there, eight experts that are used alike could not be seen. */
const evenShares = 3;

/** Shares as small bars side by side, with a line at an even share. They are told apart by their place, not by color. */
export function shareBars(shares: readonly number[]): SVGElement {
  const full = Math.min(1, evenShares / Math.max(1, shares.length));
  const across = shares.length * pitch - (pitch - width);
  const bars = shares
    .map((share, place) => {
      // What is nothing must still be seen to have a place.
      const tall = Math.max(1, Math.min(1, share / full) * height);
      return `M${place * pitch} ${height}v${-tall.toFixed(1)}h${width}v${tall.toFixed(1)}Z`;
    })
    .join('');
  const even = height * (1 - 1 / Math.max(1, shares.length) / full);
  return svg(
    'svg',
    {
      ...{ viewBox: `0 0 ${across} ${height}`, width: `${across}`, height: `${height}` },
      ...{ class: 'share-bars', 'aria-hidden': 'true' },
    },
    svg('path', { class: 'bars', d: bars }),
    svg('path', { class: 'even', d: `M0 ${even.toFixed(1)}H${across}` }),
  );
}
