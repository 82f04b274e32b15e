import { h, setText, show } from '../dom';
import type { PageView } from '../model/view';
import { checkbox } from '../ui/toolkit';
import { copyScores } from './copyScores';
import { layersChart } from './layersChart';
import { layersTable } from './layersTable';
import { section, type Deeds, type Part } from './part';
import { taskPicker } from './taskPicker';

/** The layers' scores, as a chart or as a table. */
export function layers(deeds: Deeds): Part {
  const picker = taskPicker(deeds);
  const chart = layersChart();
  const table = layersTable();
  const copy = copyScores();
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
      show(element, isWorthShowing(view));
      const measured = view.scores.values.length > 0;
      const { asTable: tabular } = view.choices;
      asTable.set(tabular);
      show(waiting, !measured);
      setText(waiting, view.run.status === 'running' ? 'Waiting for the first batch …' : 'No scores.');
      show(chart.element, measured && !tabular);
      show(table.element, measured && tabular);
      picker.update(view);
      copy.update(view);
      // A chart without size cannot be laid out; it is drawn when it is shown.
      if (measured) (tabular ? table : chart).update(view);
    },
  };
}

/** False where a run failed before it knew the model: an empty frame would only push the error's story apart. A training has no scores. */
export const isWorthShowing = ({ run }: PageView): boolean =>
  run.job !== 'train' && (run.status === 'running' || (run.status !== 'empty' && run.modules.length > 0));
