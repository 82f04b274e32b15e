import type { DraftChange, RowChange } from '../../../src/shared/draft';
import { isSameModules } from './cellValue';
import { changeOf, editedBy, questionOf, writtenChange } from './editing';
import type { GridSource, RunOfGrid } from './cellValue';
import type { DetailsSource } from './cellDetails';
import { gridView, type GridCell, type GridView } from './grid';
import type { GridCommand } from './keys';
import type { Edited } from './ladder';
import type { Quantity } from './quantity';
import { Pending } from './pending';
import { editedValue, type RowsChange } from './rowEdits';
import { pick, within, type Extent, type Selection } from './selection';
import { remembered } from '../remembered';
import type { PageView } from '../view';

/** What is asked of the cells that were selected then, whatever is selected by the time it is answered. */
export interface CellsQuestion {
  /** "Rank of layer 3 q, 0 to 512." */
  readonly title: string;
  /** What the cell with the focus has now. */
  readonly value: number;
  /** Changes these cells; a sentence where they cannot have what was written. */
  readonly write: (text: string) => string | undefined;
}

/**
 * What the grid shows and what is selected in it: the view with the changes that are on their way or only tried. It knows no
 * elements; `changed` is called when there is something to draw.
 */
export class GridSheet {
  selection: Selection | undefined;
  private page: PageView | undefined;
  private readonly pending = new Pending();
  /** What is tried under a drag, and the top of the scale when it began: it would jump under the pointer. */
  private tried: { readonly rows: Readonly<Record<string, RowChange>>; readonly top: number } | undefined;
  private grid: GridView | undefined;
  private readonly gridOf = remembered(
    (
      modules: RunOfGrid['modules'],
      model: RunOfGrid['model'],
      plan: RunOfGrid['plan'],
      scores: GridSource['scores'],
      draft: GridSource['draft'],
      planOfRun: GridSource['planOfRun'],
      chosen: Quantity,
      top: number | undefined,
    ) => gridView({ run: { modules, model, plan }, scores, draft, planOfRun }, chosen, top),
  );

  /** Counts the models and runs that were shown: the cells of an earlier one are none of this one's. */
  private models = 0;

  constructor(
    private readonly deeds: { change(change: DraftChange): number },
    private readonly changed: () => void,
  ) {}

  /** Takes a new view. What was sent and is not yet in it stays visible. @returns whether it is of another run or model */
  update(view: PageView): boolean {
    const isOther =
      view.heading.run !== this.page?.heading.run || !isSameModules(view.run.modules, this.page.run.modules);
    if (isOther || !view.draft) this.pending.forget();
    else this.pending.answered(view.answered);
    this.page = view;
    if (isOther) this.models++;
    if (isOther || !this.isEditable) this.tried = undefined;
    this.compute();
    this.selection = within(this.selection, this.extent);
    return isOther;
  }

  get shown():
    | {
        readonly view: PageView;
        readonly source: DetailsSource & Pick<PageView, 'run'>;
        readonly grid: GridView;
      }
    | undefined {
    const { page: view, grid } = this;
    return view && grid && { view, source: this.source(view), grid };
  }

  /** The cells as they are shown. */
  get view(): GridView | undefined {
    return this.grid;
  }

  get isEditable(): boolean {
    return this.page?.draft !== undefined && this.page.draft.readOnly === undefined;
  }

  get extent(): Extent {
    return { rows: this.grid?.rows.length ?? 0, columns: this.grid?.roles.length ?? 0 };
  }

  get edited(): Edited {
    return editedBy(this.grid?.quantity ?? 'rank');
  }

  /** The selected cells that have a module. */
  get cells(): GridCell[] {
    return pick(this.selection, this.grid?.rows ?? []).filter(({ modules }) => modules.length > 0);
  }

  select(selection: Selection): void {
    this.selection = selection;
    this.changed();
  }

  /** Changes the selected cells, and says so to the host. */
  execute(command: Extract<GridCommand, { command: 'step' | 'lock' | 'takeOff' }>): void {
    const run = this.run;
    if (run) this.send(changeOf(command, run, this.cells, this.edited));
  }

  /** Shows what so many steps would make of the selected cells, and sends nothing yet. */
  tryStep(by: number): void {
    const run = this.run;
    if (!run) return;
    const rows = changeOf({ command: 'step', by }, run, this.cells, this.edited)?.rows ?? {};
    this.tried = { rows, top: this.tried?.top ?? this.grid?.max ?? 0 };
    this.compute();
    this.changed();
  }

  endStep(by: number): void {
    this.tried = undefined;
    if (by !== 0) this.execute({ command: 'step', by });
    this.compute();
    this.changed();
  }

  /** What to ask where a value is to be written for the selected cells; undefined where none of them has a module. */
  ask(): CellsQuestion | undefined {
    const { run, cells, edited, selection, models } = this;
    const [first] = cells;
    if (!run || !first || !selection) return undefined;
    const { row, column } = selection.focus;
    const current = this.grid?.rows[row]?.[column] ?? first;
    return {
      title: questionOf(run, cells, edited),
      value: editedValue(run, current, edited),
      write: (text) => (models === this.models ? this.write(cells, edited, text) : undefined),
    };
  }

  private write(cells: readonly GridCell[], edited: Edited, text: string): string | undefined {
    const run = this.run;
    if (!run) return undefined;
    const change = writtenChange(run, cells, edited, text);
    if (typeof change === 'string') return change;
    this.send(change);
    return undefined;
  }

  private get run(): PageView['run'] | undefined {
    return this.page && this.pending.shownIn(this.page.run, this.page.draft);
  }

  private send(change: RowsChange | undefined): void {
    if (!change) return;
    this.pending.sent(change.rows, this.deeds.change(change));
    this.compute();
    this.changed();
  }

  private source(view: PageView): PageView {
    return { ...view, run: this.pending.shownIn(view.run, view.draft, this.tried?.rows) };
  }

  private compute(): void {
    const { page: view } = this;
    if (!view) return;
    const { run, scores, draft, planOfRun } = this.source(view);
    const { modules, model, plan } = run;
    const { quantity } = view.choices;
    this.grid = this.gridOf(modules, model, plan, scores, draft, planOfRun, quantity, this.tried?.top);
  }
}
