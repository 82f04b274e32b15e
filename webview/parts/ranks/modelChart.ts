import { h, rebuild, show } from '../../dom';
import { modelSummary, modelTable } from '../../model/ranks/chartTables';
import { modelPlot } from '../../model/ranks/modelPlot';
import type { PlotStop } from '../../model/ranks/plot';
import { axesOf, sliceOf, type Slice } from '../../model/ranks/slice';
import type { SearchOfRun } from '../../model/ranks/pointWords';
import { searchChosenIn, type SearchChoices } from '../../model/ranks/searchChoices';
import { explainedTrial } from '../../model/ranks/why';
import { remembered } from '../../model/remembered';
import type { PageView } from '../../model/view';
import type { SearchOutlook } from '../../../src/shared/searchOutlook';
import { dimensionTitle, dimensionValue } from '../../../src/shared/searchWords';
import { dropdown, type DropdownControl } from '../../ui/toolkit';
import type { Deeds, Part } from '../part';
import { chartBox, type ChartContent } from './chartBox';
import { plotLegend } from './legend';

/** Trials and what the model expects between them, along a dimension that the reader chooses. */
export function modelChart(deeds: Deeds, pickFree: (stop: PlotStop) => void): Part {
  let latest: PageView | undefined;
  const choose = (changed: Partial<PageView['choices']['search']>): void => {
    if (latest) deeds.choose({ search: { ...searchChosenIn(latest), ...changed } });
  };
  const axis = dropdown('Along', (name) => choose({ axis: name }));
  const others = h('div', { class: 'row slices' });
  const words = h('div', { class: 'quiet' });
  const legend = plotLegend();
  let controls: ReadonlyMap<string, DropdownControl> = new Map();
  const box = chartBox(
    ...(['model', 'What the model expects', deeds] as const),
    [axis.element, others],
    [legend.element, words],
    pickFree,
  );

  /** A dropdown for each dimension that is not along the chart. */
  const setOthers = (slice: Slice): void => {
    const names = slice.others.map(({ dimension }) => dimension.name);
    rebuild(others, names, () => {
      controls = new Map(
        names.map((name) => [
          name,
          dropdown(dimensionTitle(name), (value) =>
            choose({ at: { ...(latest && searchChosenIn(latest).at), [name]: Number(value) } }),
          ),
        ]),
      );
      return [...controls.values()].map(({ element }) => element);
    });
    for (const { dimension, value } of slice.others) {
      const options = dimension.candidates.map((one) => ({
        ...{ value: String(one), label: dimensionValue(dimension.name, one) },
      }));
      controls.get(dimension.name)?.set(options, String(value));
    }
  };

  // The page is also updated when nothing but the clock has moved on.
  const drawn = remembered(
    (
      outlook: SearchOutlook,
      search: SearchOfRun['search'],
      searched: SearchOfRun['searched'],
      searchEnd: SearchOfRun['searchEnd'],
      along: string | undefined,
      at: SearchChoices['at'],
      selected: number | undefined,
    ): { slice: Slice; content: ChartContent } => {
      const run = { search, searched, searchEnd };
      const slice = sliceOf(outlook, run, { axis: along, at });
      const content = {
        plot: modelPlot(outlook, run, slice, selected),
        table: modelTable(outlook, run),
        summary: modelSummary(outlook, run, alongWords(slice)),
      };
      return { slice, content };
    },
  );

  return {
    element: box.element,
    update: (view) => {
      latest = view;
      const { outlook, run } = view;
      const chosen = searchChosenIn(view);
      if (outlook === undefined) {
        box.update(view, undefined);
        return;
      }
      const { search, searched, searchEnd } = run;
      const { slice, content } = drawn(
        ...([outlook, search, searched, searchEnd, chosen.axis, chosen.at] as const),
        explainedTrial(run, chosen.trial),
      );
      const isChart = !chosen.tables.includes('model');
      show(axis.element, isChart && axesOf(outlook).length > 1);
      show(others, isChart && slice.others.length > 0);
      axis.set(
        axesOf(outlook).map(({ name }) => ({ value: name, label: dimensionTitle(name) })),
        slice.axis.name,
      );
      setOthers(slice);
      rebuild(words, outlook.curveWords, () => outlook.curveWords.map((text) => h('p', {}, text)));
      legend.set(content.plot);
      box.update(view, content);
    },
  };
}

/** "rank at 50 % of layers" */
const alongWords = ({ axis, others }: Slice): string => {
  const at = others.map(
    ({ dimension, value }) => `${dimension.name} ${dimensionValue(dimension.name, value)}`,
  );
  return `${dimensionTitle(axis.name).toLowerCase()}${at.length === 0 ? '' : ` at ${at.join(', ')}`}`;
};
