import { element, type Markup } from './markup';
import { tableOf, type TableOptions } from './tables';

/** Counts the figures and tables of a page in the order in which they are made. */
export class Numbering {
  private figures = 0;
  private tables = 0;

  /** A figure with its caption; nothing where there is nothing to draw. */
  figure(picture: Markup | undefined, caption: string): Markup[] {
    if (picture === undefined) return [];
    const words = element('figcaption', {}, element('b', {}, `Figure ${++this.figures}. `), caption);
    return [element('figure', {}, picture, words)];
  }

  table(cells: readonly (readonly string[])[], options: TableOptions): Markup {
    return tableOf(++this.tables, cells, options);
  }
}
