import { h, setText, show, uniqueId } from '../../dom';
import { shownGrids } from '../../model/compare/choices';
import { comparedModulesCsv, compareCopy } from '../../model/compare/copies';
import { divergingPainter } from '../../model/compare/diverging';
import { compareCaption, compareDetails, compareTitle, sideTitles } from '../../model/compare/words';
import { gridHelp } from '../../model/map/gridHelp';
import { painter, type Paint } from '../../model/map/palette';
import { quantityTitles, type Quantity } from '../../model/map/quantity';
import { segments } from '../../ui/segments';
import { onThemeChange, readMapTheme } from '../../ui/theme';
import { dropdown } from '../../ui/toolkit';
import { cellTip } from '../map/cellTip';
import { copyMenu } from '../map/copyMenu';
import { browseGrid } from '../map/gridBrowse';
import { gridLegend } from '../map/gridLegend';
import { gridTable } from '../map/gridTable';
import { pictureOf } from '../map/pictureOf';
import { section } from '../part';
import { differenceLegend } from './legend';
import type { CompareDeeds, ComparePart, CompareView } from './part';
import { CompareSheet } from './sheet';

type Painter = (fill: number) => Paint;

/** The layer × role grid of the left plan, of the right one, or of how they differ. */
export function compareGrid(deeds: CompareDeeds): ComparePart {
  const helpId = uniqueId('grid-help');
  const which = segments(
    'Show',
    shownGrids.map((id) => ({ id, title: sideTitles[id] })),
    (shown) => deeds.choose({ shown }),
  );
  const quantity = dropdown('Color by', (value) => deeds.choose({ quantity: value as Quantity }));
  const legends = { plan: gridLegend(), difference: differenceLegend() };
  const caption = h('p', { class: 'quiet caption' });
  const help = h('p', { class: 'quiet', id: helpId });
  const tip = cellTip();
  const table = gridTable(helpId);
  const sheet = new CompareSheet(() => draw());
  let latest: CompareView | undefined;
  let painters: { readonly plan: Painter; readonly difference: Painter } | undefined;

  const shown = () => {
    const { page, choices } = latest ?? {};
    const { view } = sheet;
    return page?.comparison && choices && view ? { comparison: page.comparison, choices, view } : undefined;
  };
  const copy = copyMenu(deeds, {
    what: 'the comparison',
    table: () => {
      const now = shown();
      return now && compareCopy(now.comparison, now.view, now.choices.shown);
    },
    picture: () => {
      const now = shown();
      if (!now) return undefined;
      const { comparison, view, choices } = now;
      return {
        name: `compare-${choices.shown}-${view.quantity}.png`,
        png: pictureOf(compareTitle(comparison, view, choices.shown), view, table),
      };
    },
    more: [
      {
        label: 'Copy all modules as CSV',
        choose: () => {
          const now = shown();
          if (now) deeds.copy(comparedModulesCsv(now.comparison), 'all modules as CSV');
        },
      },
    ],
  });
  const element = section(
    'Layers × roles',
    'grid compare-grid',
    h(
      'div',
      { class: 'row tools' },
      which.element,
      quantity.element,
      legends.plan.element,
      legends.difference.element,
      copy.element,
    ),
    caption,
    help,
    table.element,
    tip.element,
  );

  const draw = (): void => {
    const { page, palette, choices } = latest ?? {};
    const { comparison } = page ?? {};
    show(element, comparison !== undefined);
    if (!comparison || !choices || !palette) return;
    const isDifference = choices.shown === 'difference';
    const view = sheet.update(comparison, choices);
    const text = compareCaption(comparison, view, choices.shown);
    if (!painters) {
      const theme = readMapTheme();
      painters = { plan: painter(palette, theme), difference: divergingPainter(palette, theme) };
    }
    const paint = isDifference ? painters.difference : painters.plan;
    which.set(choices.shown);
    quantity.set(
      view.possible.map((value) => ({ value, label: quantityTitles[value] })),
      view.quantity,
    );
    setText(caption, text);
    setText(help, gridHelp('rank', false));
    element.classList.toggle('of-difference', isDifference);
    show(legends.plan.element, !isDifference);
    show(legends.difference.element, isDifference);
    legends[isDifference ? 'difference' : 'plan'].update(view, paint);
    tip.update(view, (cell) => compareDetails(comparison, cell));
    table.update(view, { label: text, paint, selection: sheet.selection, editable: false });
  };
  browseGrid(sheet, table, tip);
  onThemeChange(() => {
    painters = undefined;
    draw();
  });
  return {
    element,
    update: (view) => {
      if (view.palette !== latest?.palette) painters = undefined;
      latest = view;
      draw();
    },
  };
}
