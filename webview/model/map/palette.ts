import type { Palette } from '../../../src/shared/webviewProtocol';

/**
 * Ten evenly spaced colors of each scale, between which is interpolated in sRGB. Both rise in lightness without a turn, so
 * that they can be told apart without color vision and in print: viridis (van der Walt and Smith, 2015), cividis (Nuñez,
 * Anderton and Renslow, 2018).
 */
const scales: Readonly<Record<Exclude<Palette, 'theme'>, readonly string[]>> = {
  viridis: [
    ...['#440154', '#482878', '#3e4989', '#31688e', '#26828e'],
    ...['#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'],
  ],
  cividis: [
    ...['#00224e', '#123570', '#3b496c', '#575d6d', '#707173'],
    ...['#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'],
  ],
};

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colors of the theme that a map is painted from. */
export interface MapTheme {
  /** Whether the ground is light. */
  readonly light: boolean;
  readonly ground: Rgb;
  readonly hue: Rgb;
}

/** How a cell is painted; without an ink it has the theme's own. */
export interface Paint {
  readonly background: string;
  readonly ink: '' | '#000000' | '#ffffff';
}

/**
 * The strongest mix of the theme's hue into its ground, 0 to 1. Beyond it the printed number would lose its contrast (4.5 to
 * 1) in the dark themes; the preview script measures this.
 */
export const strongestMix = 0.45;
/** As many colors as can be told apart and more; made once, since a map paints a thousand cells at a time. */
const steps = 256;

/**
 * Paints a point of the scale, 0 to 1, in a theme. What is 0 has the theme's ground, so that it looks as empty as it is; the
 * lowest color is the one nearest to that ground.
 */
export function painter(palette: Palette, theme: MapTheme): (fill: number) => Paint {
  const paints: (Paint | undefined)[] = [];
  return (fill) => {
    const step = Math.round(Math.max(0, Math.min(1, fill)) * (steps - 1));
    // The smallest value is not nothing.
    const at = fill > 0 ? Math.max(1, step) : 0;
    return (paints[at] ??= paintOf(palette, at / (steps - 1), theme));
  };
}

function paintOf(palette: Palette, fill: number, { light, ground, hue }: MapTheme): Paint {
  if (palette === 'theme' || fill === 0) {
    return { background: hex(mixed(ground, hue, fill * strongestMix)), ink: '' };
  }
  const color = colorAt(palette, light ? 1 - fill : fill);
  return { background: hex(color), ink: inkOn(color) };
}

/** The color at a point of a scale, 0 dark to 1 light; each channel 0 to 255. */
export function colorAt(palette: Exclude<Palette, 'theme'>, at: number): Rgb {
  const stops = scales[palette];
  const place = Math.max(0, Math.min(1, at)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return mixed(channels(stops[low]), channels(stops[low + 1]), place - low);
}

/** So much of the second color in the first, 0 to 1, channel by channel. */
export function mixed(from: Rgb, to: Rgb, part: number): Rgb {
  const mix = (index: 0 | 1 | 2): number => Math.round(from[index] + part * (to[index] - from[index]));
  return [mix(0), mix(1), mix(2)];
}

/** Black or white, whichever stands out more: one of them always has a contrast of 4.5 to 1 and more. */
export const inkOn = (color: Rgb): '#000000' | '#ffffff' =>
  contrast(color, [0, 0, 0]) >= contrast(color, [255, 255, 255]) ? '#000000' : '#ffffff';

/** The contrast ratio of WCAG 2.2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance of WCAG 2.2, 0 to 1. */
export function luminance(color: Rgb): number {
  const linear = (channel: number): number => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const [red, green, blue] = color;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** A color of six hexadecimal digits as its channels, and back. */
export const channels = (text = '#000000'): Rgb => {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};
export const hex = (color: Rgb): string =>
  `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
