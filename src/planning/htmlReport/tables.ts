import { element, type Markup } from './markup';

export interface TableOptions {
  /** What the table is of, behind its number. */
  readonly caption: string;
  /** Columns of names, from the left; numbers stand to the right. */
  readonly names?: number;
  /** Columns of long texts, which may be broken. */
  readonly long?: readonly number[];
  /** Rows in bold, from 0 below the head. */
  readonly strong?: (row: number) => boolean;
}

/** Of a row, that a sheet of paper holds; where there are more, its letters are smaller. */
const mostCharacters = 84;

/** Rows under their head as a table, in smaller letters where they would not fit on paper. */
export function tableOf(
  number: number,
  cells: readonly (readonly string[])[],
  { caption, names = 0, long = [], strong = () => false }: TableOptions,
): Markup {
  const [head = [], ...rows] = cells;
  const kind = (column: number): string | undefined => {
    const words = [...(column < names ? ['name'] : []), ...(long.includes(column) ? ['long'] : [])];
    return words.length === 0 ? undefined : words.join(' ');
  };
  const row = (texts: readonly string[], at: number): Markup =>
    element(
      'tr',
      { class: strong(at) ? 'strong' : undefined },
      texts.map((text, column) =>
        column === 0
          ? element('th', { scope: 'row', class: kind(column) }, text)
          : element('td', { class: kind(column) }, text),
      ),
    );
  return element(
    'div',
    { class: widthOf(cells, long) > mostCharacters ? 'wide fit' : 'wide' },
    element(
      'table',
      {},
      element('caption', {}, element('b', {}, `Table ${number}. `), caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          head.map((text, column) => element('th', { scope: 'col', class: kind(column) }, text)),
        ),
      ),
      element('tbody', {}, rows.map(row)),
    ),
  );
}

/** Characters of a row, if each column is as wide as its longest text; two more for what is between columns. */
function widthOf(cells: readonly (readonly string[])[], long: readonly number[]): number {
  const [head = []] = cells;
  return head.reduce((sum, _, column) => {
    const widest = Math.max(...cells.map((row) => row[column]?.length ?? 0));
    return sum + 2 + (long.includes(column) ? Math.min(24, widest) : widest);
  }, 0);
}
