import { h, rebuild, show } from '../dom';
import { gridView, type GridView } from '../model/grid';
import { quantities, quantityTitles, type Quantity } from '../model/quantity';
import type { PageView } from '../model/view';
import { dropdown } from '../ui/toolkit';
import { cellTip } from './cellTip';
import { gridLegend } from './gridLegend';
import { gridTable } from './gridTable';
import { isWorthShowing } from './layers';
import { section, type Deeds, type Part } from './part';

/** The layer × role grid with the choice of what it shows. */
export function grid(deeds: Deeds): Part {
  const quantity = dropdown('Color by', (value) => deeds.choose({ quantity: value as Quantity }));
  const caption = h('p', { class: 'quiet' });
  const legend = gridLegend();
  const tip = cellTip();
  const table = gridTable(tip);
  const element = section(
    'Layers × roles',
    'grid',
    h('div', { class: 'row tools' }, quantity.element, legend.element),
    caption,
    table.element,
    tip.element,
  );
  return {
    element,
    update: (view) => {
      show(element, isWorthShowing(view) && view.run.modules.length > 0);
      const shown = gridView(view.run, view.scores, view.choices.quantity);
      const possible = view.run.plan ? quantities : (['score'] as const);
      quantity.set(
        possible.map((value) => ({ value, label: quantityTitles[value] })),
        shown.quantity,
      );
      const text = captionText(view, shown);
      rebuild(caption, text, () => [text]);
      legend.update(shown);
      tip.update(view, shown);
      table.update(shown, text);
    },
  };
}

function captionText(view: PageView, { quantity, unit }: GridView): string {
  switch (quantity) {
    case 'score':
      return view.scores.unit === 'share'
        ? `Share of the total score, all tasks together${unit.suffix}.`
        : `Score of each module for the task ${view.scores.task ?? ''}${unit.suffix}.`;
    case 'experts':
      return 'Experts that the plan gives each module: 0 no adapter, 1 plain LoRA, more routed experts.';
    case 'rank':
      return 'Rank that the plan gives each module; 0 where it has no adapter.';
    case 'parameters':
      return 'Trainable parameters of each module’s own adapter, without routers.';
  }
}
