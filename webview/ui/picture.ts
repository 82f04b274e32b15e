import { resolve, type ChartColors } from './theme';

/** Pixels of a picture for each of the page's: sharp enough for print. */
export const pictureScale = 2;
const margin = 16;

/** A canvas drawn at twice its size, on the theme's ground and under a title, as a data URL of a PNG. */
export function titled(drawn: HTMLCanvasElement, title: string, colors: ChartColors): string {
  const width = drawn.width / pictureScale;
  const head = colors.fontSize * 2;
  const { canvas, context } = paper(width + 2 * margin, drawn.height / pictureScale + head + 2 * margin);
  drawTitle(context, title, width, colors);
  context.drawImage(drawn, margin, margin + head, width, drawn.height / pictureScale);
  return canvas.toDataURL('image/png');
}

/** A sheet of the theme's ground; its context draws in the page's pixels. */
export function paper(
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * pictureScale);
  canvas.height = Math.ceil(height * pictureScale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser draws no pictures.');
  context.scale(pictureScale, pictureScale);
  context.fillStyle = resolve('--lab-ground');
  context.fillRect(0, 0, width, height);
  return { canvas, context };
}

/** The title at the top left, set narrower where it would not fit. */
export function drawTitle(
  context: CanvasRenderingContext2D,
  title: string,
  width: number,
  colors: ChartColors,
): void {
  context.fillStyle = colors.text;
  context.font = `600 ${colors.fontSize + 1}px ${colors.fontFamily}`;
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillText(title, margin, margin, width);
}

export { margin as pictureMargin };
