/** Colors of the current VS Code theme for the canvas, which cannot use CSS variables itself. */
export interface ChartColors {
  readonly kept: string;
  readonly other: string;
  readonly otherEdge: string;
  readonly error: string;
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  /** Of the page itself. */
  readonly ground: string;
  /** Behind lines; the grid shows through it. */
  readonly band: string;
  /** Of lines that are told apart, and of those that stand behind. */
  readonly series: readonly string[];
  readonly faint: string;
  readonly edge: string;
  readonly fontFamily: string;
  readonly fontSize: number;
}

/** Those of the theme that is in use, until another one is. */
let known: ChartColors | undefined;

/** The colors of the theme; call again after a change of it. */
export function readColors(): ChartColors {
  watchTheme();
  return (known ??= chartColors());
}

/** Custom properties of the style sheets. */
const single = {
  kept: '--lab-kept',
  other: '--lab-other',
  otherEdge: '--lab-other-edge',
  error: '--lab-error-bar',
  text: '--lab-text',
  grid: '--lab-grid-line',
  background: '--lab-hover-background',
  ground: '--lab-ground',
  band: '--lab-band',
  faint: '--lab-faint',
  edge: '--lab-hover-border',
} as const;
const series = [0, 1, 2, 3, 4, 5].map((index) => `--lab-series-${index}`);

function chartColors(): ChartColors {
  const style = getComputedStyle(document.body);
  const colors = resolveAll([...Object.values(single), ...series]);
  const named = Object.keys(single).map((name, index) => [name, colors[index]]);
  return {
    ...(Object.fromEntries(named) as Record<keyof typeof single, string>),
    series: colors.slice(named.length),
    fontFamily: style.fontFamily,
    fontSize: Math.max(10, Number.parseFloat(style.fontSize) - 1),
  };
}

/** The colors that the map is painted from, as channels. Read again after a change of theme. */
export function readMapTheme(): { light: boolean; ground: Channels; hue: Channels; less: Channels } {
  const { classList } = document.body;
  return {
    light: classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light'),
    ground: channelsOf(resolve('--lab-ground')),
    hue: channelsOf(resolve('--lab-hue')),
    less: channelsOf(resolve('--lab-less')),
  };
}
type Channels = readonly [red: number, green: number, blue: number];

/** Any color of CSS as the pixel that it is. */
function channelsOf(color: string): Channels {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return [0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

const listeners = new Set<() => void>();
let isWatched = false;

/**
 * Calls back when the reader changes the theme: VS Code then rewrites the body's class and the root's variables.
 * @returns ends that
 */
export function onThemeChange(changed: () => void): () => void {
  watchTheme();
  listeners.add(changed);
  return () => listeners.delete(changed);
}

function watchTheme(): void {
  if (isWatched) return;
  isWatched = true;
  const observer = new MutationObserver(() => {
    known = undefined;
    for (const changed of listeners) changed();
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/**
 * The color that a custom property of the style sheet stands for. Its computed value keeps `var()` results but not
 * `color-mix()`: only a real property resolves both.
 */
export const resolve = (name: string): string => resolveAll([name])[0] ?? '';

/** All put on the page before the first is read: each reading after a change has the page's styles worked out anew. */
function resolveAll(names: readonly string[]): string[] {
  const probes = names.map((name) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    return probe;
  });
  document.body.append(...probes);
  const colors = probes.map((probe) => getComputedStyle(probe).color);
  probes.forEach((probe) => probe.remove());
  return colors;
}
