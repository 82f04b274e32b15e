import type { Palette } from '../../../src/shared/webviewProtocol';
import {
  channels,
  hex,
  inkOn,
  mixed,
  strongestMix,
  type MapTheme,
  type Paint,
  type Rgb,
} from '../map/palette';

/** The theme's colors of the map, with the one of what is less. */
export interface DivergingTheme extends MapTheme {
  readonly less: Rgb;
}

/**
 * Ends of a scale from orange over the ground to blue, dark ones for light grounds and light ones for dark grounds: of ColorBrewer's
 * RdYlBu and PuOr, which readers tell apart whatever colors they see. The sign is printed besides.
 */
const ends: Readonly<Record<'light' | 'dark', { readonly more: string; readonly less: string }>> = {
  light: { more: '#2166ac', less: '#b35806' },
  dark: { more: '#74add1', less: '#fdae61' },
};

/** Paints a point from −1, the least, over 0, which is the ground, to 1. */
export function divergingPainter(palette: Palette, theme: DivergingTheme): (fill: number) => Paint {
  const fixed = ends[theme.light ? 'light' : 'dark'];
  const [more, less] =
    palette === 'theme' ? [theme.hue, theme.less] : [channels(fixed.more), channels(fixed.less)];
  return (fill) => {
    const size = Math.min(1, Math.abs(fill));
    const end = fill < 0 ? less : more;
    if (palette === 'theme' || size === 0)
      return { background: hex(mixed(theme.ground, end, size * strongestMix)), ink: '' };
    const color = mixed(theme.ground, end, size);
    return { background: hex(color), ink: inkOn(color) };
  };
}
