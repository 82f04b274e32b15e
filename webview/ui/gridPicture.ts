import { drawTitle, paper, pictureMargin as margin } from './picture';
import { readColors, resolve, type ChartColors } from './theme';

export interface PictureCell {
  readonly text: string;
  /** As the page shows it now. */
  readonly element: HTMLElement;
  readonly locked: boolean;
  readonly changed: boolean;
}
export interface GridPicture {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly { readonly kept: boolean; readonly cells: readonly PictureCell[] }[];
}

const size = { head: 64, cell: 66, row: 22 };
/** In a square of 10: a closed padlock. */
export const padlock =
  'M2 4.6V3a3 3 0 0 1 6 0v1.6h.4a.6.6 0 0 1 .6.6v4.2a.6.6 0 0 1-.6.6H1.6a.6.6 0 0 1-.6-.6V5.2a.6.6 0 0 1 .6-.6zM3.2 4.6h3.6V3a1.8 1.8 0 0 0-3.6 0z';

/** The whole grid with its signs, in the colors that it has on the page, as a data URL of a PNG. */
export function gridPicture({ title, heads, rows }: GridPicture): string {
  const colors = readColors();
  const top = margin + colors.fontSize * 2 + 6;
  const width = size.head + heads.length * size.cell;
  const { canvas, context } = paper(width + 2 * margin, top + (rows.length + 1) * size.row + margin);
  drawTitle(context, title, width, colors);
  context.font = `${colors.fontSize}px ${colors.fontFamily}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const quiet = resolve('--lab-quiet');
  write(context, 'Layer', margin + size.head, top, quiet);
  heads.forEach((head, column) => write(context, head, right(column), top, quiet));
  rows.forEach(({ kept, cells }, layer) => {
    const y = top + (layer + 1) * size.row;
    write(context, String(layer), margin + size.head, y, kept ? colors.text : quiet);
    if (kept) drawKept(context, margin + 6, y, colors);
    cells.forEach((cell, column) => drawCell(context, cell, right(column) - size.cell, y, colors.text));
  });
  return canvas.toDataURL('image/png');
}

const right = (column: number): number => margin + size.head + (column + 1) * size.cell;

function drawCell(
  context: CanvasRenderingContext2D,
  cell: PictureCell,
  x: number,
  y: number,
  text: string,
): void {
  const { backgroundColor, color } = cell.element.style;
  context.fillStyle = backgroundColor;
  context.fillRect(x, y, size.cell, size.row);
  write(context, cell.text, x + size.cell, y, color === '' ? text : color);
  if (cell.locked) drawPadlock(context, x + 6, y + (size.row - 10) / 2);
  if (cell.changed) drawCorner(context, x, y);
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, color: string): void {
  context.fillStyle = color;
  context.fillText(text, x - 8, y + size.row / 2);
}

function drawKept(context: CanvasRenderingContext2D, x: number, y: number, colors: ChartColors): void {
  context.fillStyle = colors.kept;
  context.beginPath();
  context.moveTo(x + 4, y + 7);
  context.lineTo(x, y + 15);
  context.lineTo(x + 8, y + 15);
  context.fill();
}

function drawPadlock(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  context.fill(new Path2D(padlock), 'evenodd');
  context.restore();
}

function drawCorner(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 7, y);
  context.lineTo(x, y + 7);
  context.fill();
}
