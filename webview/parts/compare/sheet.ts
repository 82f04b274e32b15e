import type { Comparison } from '../../../src/shared/comparison';
import type { CompareChoices } from '../../model/compare/choices';
import { comparedGrid } from '../../model/compare/grids';
import type { GridView } from '../../model/map/grid';
import { within, type Extent, type Selection } from '../../model/map/selection';
import { remembered } from '../../model/remembered';
import type { Browsed } from '../map/gridBrowse';

/** What the grid of two plans shows and what is selected in it. It knows no elements; `changed` is called when there is something to draw. */
export class CompareSheet implements Browsed {
  selection: Selection | undefined;
  view: GridView | undefined;
  private readonly gridOf = remembered(
    (
      comparison: Comparison,
      shown: CompareChoices['shown'],
      quantity: CompareChoices['quantity'],
    ): GridView => comparedGrid(comparison, { shown, quantity }),
  );

  constructor(private readonly changed: () => void) {}

  get extent(): Extent {
    return { rows: this.view?.rows.length ?? 0, columns: this.view?.roles.length ?? 0 };
  }

  update(comparison: Comparison, { shown, quantity }: CompareChoices): GridView {
    this.view = this.gridOf(comparison, shown, quantity);
    this.selection = within(this.selection, this.extent);
    return this.view;
  }

  select(selection: Selection): void {
    this.selection = selection;
    this.changed();
  }
}
