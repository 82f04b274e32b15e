/** Colors of the current VS Code theme for the canvas, which cannot use CSS variables itself. */
export interface ChartColors {
  readonly kept: string;
  readonly other: string;
  readonly otherEdge: string;
  readonly error: string;
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  readonly edge: string;
  readonly fontFamily: string;
  readonly fontSize: number;
}

/** Reads the colors now; call again after a change of theme. The names are custom properties of styles.css. */
export function readColors(): ChartColors {
  const style = getComputedStyle(document.body);
  return {
    kept: resolve('--lab-kept'),
    other: resolve('--lab-other'),
    otherEdge: resolve('--lab-other-edge'),
    error: resolve('--lab-error-bar'),
    text: resolve('--lab-text'),
    grid: resolve('--lab-grid-line'),
    background: resolve('--lab-hover-background'),
    edge: resolve('--lab-hover-border'),
    fontFamily: style.fontFamily,
    fontSize: Math.max(10, Number.parseFloat(style.fontSize) - 1),
  };
}

/** Calls back when the reader changes the theme: VS Code then rewrites the body's class and the root's variables. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

// A custom property's computed value keeps `var()` results but not `color-mix()`: only a real property resolves both.
function resolve(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
