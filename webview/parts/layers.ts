import { h, setText, show } from '../dom';
import { pictureName } from '../model/copies/pictureName';
import { layersCopy } from '../model/copies/tables';
import type { PageView } from '../model/view';
import { checkbox } from '../ui/toolkit';
import { layersChart } from './layersChart';
import { layersTable } from './layersTable';
import { copyMenu } from './map/copyMenu';
import { isScoring } from './map/worth';
import { section, type Deeds, type Part } from './part';
import { taskPicker } from './taskPicker';

/** The layers' scores, as a chart or as a table. @param pick is called with a layer that was clicked */
export function layers(deeds: Deeds, pick: (layer: number) => void): Part {
  let latest: PageView | undefined;
  const picker = taskPicker(deeds);
  const chart = layersChart(pick);
  const table = layersTable(pick);
  const copy = copyMenu(deeds, {
    what: 'the layers',
    table: () => latest && layersCopy(latest),
    picture: () => latest && { name: pictureName(latest.heading, 'layers'), png: chart.picture(latest) },
  });
  const asTable = checkbox('Show as table', (checked) => deeds.choose({ asTable: checked }));
  const waiting = h('p', { class: 'waiting quiet' });
  const element = section(
    'Layers',
    'layers',
    h('div', { class: 'row tools' }, picker.element, asTable.element, copy.element),
    waiting,
    chart.element,
    table.element,
  );
  return {
    element,
    update: (view) => {
      latest = view;
      show(element, isScoring(view));
      const measured = view.scores.values.length > 0;
      const { asTable: tabular } = view.choices;
      asTable.set(tabular);
      show(waiting, !measured);
      setText(waiting, view.run.status === 'running' ? 'Waiting for the first batch …' : 'No scores.');
      show(chart.element, measured && !tabular);
      show(table.element, measured && tabular);
      picker.update(view);
      copy.setReason(measured ? undefined : 'There are no scores yet.');
      // A chart without size cannot be laid out; it is drawn when it is shown.
      if (measured) (tabular ? table : chart).update(view);
    },
  };
}
