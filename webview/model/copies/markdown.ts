import type { CopyTable } from './table';

/** A table as GitHub Flavored Markdown: the first column to the left, the others, which are numbers, to the right. */
export function markdownOf({ caption, heads, rows }: CopyTable): string {
  const lines = [heads, ...rows.map((row) => row.map(({ text }) => text))].map((row) =>
    row.map(markdownText),
  );
  const rule = heads.map((_, index) => (index === 0 ? ':---' : '---:'));
  const [head = [], ...body] = lines.map(line);
  return `${[`${markdownText(caption)}.`, '', head, line(rule), ...body].join('\n')}\n`;
}

/** Text inside a cell: what would end the cell or be read as markup is escaped. */
export const markdownText = (text: string): string =>
  text.replace(/[\\|*_`<>[\]~]/g, (character) => `\\${character}`).replace(/\s*[\r\n]+\s*/g, ' ');

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
