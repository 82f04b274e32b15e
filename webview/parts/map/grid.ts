import { h, rebuild, setText, show, uniqueId } from '../../dom';
import { readOnlyReason } from '../../model/budget/draftActions';
import { modulesCsv } from '../../model/copies/modules';
import { pictureName } from '../../model/copies/pictureName';
import { gridCopy, gridTitle } from '../../model/copies/tables';
import { cellDetails } from '../../model/map/cellDetails';
import { gridCaption } from '../../model/map/gridCaption';
import { gridHelp, gridKeys } from '../../model/map/gridHelp';
import { GridSheet } from '../../model/map/gridSheet';
import { painter } from '../../model/map/palette';
import { quantityTitles, type Quantity } from '../../model/map/quantity';
import { rowsBetween } from '../../model/map/selection';
import { hasPlan } from '../../model/view';
import { isSame } from '../../model/remembered';
import { onThemeChange, readMapTheme } from '../../ui/theme';
import { dropdown } from '../../ui/toolkit';
import { definitions } from '../definitions';
import { section, type Deeds, type Part } from '../part';
import { cellInput } from './cellInput';
import { cellTip } from './cellTip';
import { copyMenu } from './copyMenu';
import { controlGrid, signsLegend } from './gridControl';
import { gridLegend } from './gridLegend';
import { gridTable } from './gridTable';
import { pictureOf } from './pictureOf';
import { isWorthShowing } from './worth';

export interface GridPart extends Part {
  /** Selects a layer that was picked elsewhere on the page, and brings it into view. */
  selectLayer(layer: number): void;
}

/** The layer × role grid with the choice of what it shows. @param say speaks to screen readers */
export function grid(deeds: Deeds, say: (sentence: string) => void): GridPart {
  const helpId = uniqueId('grid-help');
  const quantity = dropdown('Color by', (value) => deeds.choose({ quantity: value as Quantity }));
  const caption = h('p', { class: 'quiet' });
  const help = h('p', { class: 'quiet', id: helpId });
  const keys = h('div');
  const legend = gridLegend();
  const signs = signsLegend();
  const tip = cellTip();
  const input = cellInput();
  const table = gridTable(helpId);
  const sheet = new GridSheet(deeds, () => draw());
  const copy = copyMenu(deeds, {
    what: 'the map',
    table: () => sheet.shown && gridCopy(sheet.shown.view, sheet.shown.grid),
    picture: () => picture(),
    more: [
      {
        label: 'Copy all modules as CSV',
        choose: () => sheet.shown && deeds.copy(modulesCsv(sheet.shown.source.run), 'all modules as CSV'),
      },
    ],
  });
  const element = section(
    'Layers × roles',
    'grid',
    h('div', { class: 'row tools' }, quantity.element, legend.element, copy.element),
    caption,
    help,
    table.element,
    signs.element,
    h('details', { class: 'keys' }, h('summary', {}, 'Keys and mouse'), keys),
    tip.element,
    input.element,
  );

  let paint: ReturnType<typeof painter> | undefined;
  const picture = (): { name: string; png: string } | undefined => {
    const { shown } = sheet;
    if (!shown) return undefined;
    const { view, grid: made } = shown;
    const title = `${gridTitle(view, made)}${made.unit.suffix}`;
    return {
      name: pictureName(view.heading, `map-${made.quantity}`),
      png: pictureOf(title, made, table),
    };
  };
  /** What was drawn last: a run that goes on draws its page every second, mostly the same again. */
  let drawn: readonly unknown[] = [];
  const draw = (): void => {
    const { shown } = sheet;
    if (!shown) return;
    const { view, source, grid: made } = shown;
    paint ??= painter(view.palette, readMapTheme());
    const editable = sheet.isEditable;
    const { scores, draft, planOfRun, heading } = view;
    const of = [source.run, scores, draft, planOfRun, heading];
    const now = [...of, made, paint, sheet.selection, editable];
    if (isSame(drawn, now)) return;
    drawn = now;
    const text = gridCaption(view, made);
    setText(caption, text);
    setText(help, gridHelp(sheet.edited, editable));
    // A config has no place for a lock.
    const locks = view.heading.kind !== 'adapter';
    const lines = gridKeys(sheet.edited, editable, locks);
    rebuild(keys, lines, () => [definitions(lines)]);
    show(signs.element, hasPlan(view));
    signs.update(locks);
    quantity.set(
      made.possible.map((value) => ({ value, label: quantityTitles[value] })),
      made.quantity,
    );
    legend.update(made, paint);
    copy.setReason(made.max > 0 ? undefined : 'There is nothing to copy yet.');
    tip.update(made, (cell) => cellDetails(source, cell));
    if (input.isOpen && !editable) input.close();
    table.update(made, { label: text, paint, selection: sheet.selection, editable });
  };
  controlGrid(sheet, table, tip, input, () => {
    const reason = sheet.shown && readOnlyReason(sheet.shown.view);
    say(reason ?? 'There is no plan to change yet.');
  });
  onThemeChange(() => {
    paint = undefined;
    draw();
  });

  return {
    element,
    update: (view) => {
      show(element, isWorthShowing(view) && view.run.modules.length > 0);
      if (view.palette !== sheet.shown?.view.palette) paint = undefined;
      // What was being written is for cells that are gone.
      if (sheet.update(view)) input.close();
      draw();
    },
    selectLayer: (layer) => {
      sheet.select(rowsBetween(sheet.extent, layer, layer));
      table.cellAt({ row: layer, column: 0 })?.parentElement?.scrollIntoView({ block: 'nearest' });
      say(`Layer ${layer} is selected in the grid.`);
    },
  };
}
