import type { SearchOutlook } from '../../../src/shared/searchOutlook';
import { bestPlot } from '../../model/ranks/bestPlot';
import { bestSummary, bestTable, frontSummary, frontTable } from '../../model/ranks/chartTables';
import { frontPlot } from '../../model/ranks/frontPlot';
import type { SearchOfRun } from '../../model/ranks/pointWords';
import { searchChosenIn, type SearchChart } from '../../model/ranks/searchChoices';
import { explainedTrial } from '../../model/ranks/why';
import { remembered } from '../../model/remembered';
import type { Deeds, Part } from '../part';
import { chartBox, type ChartContent } from './chartBox';

/** The best so far, trial by trial. */
export const bestChart = (deeds: Deeds): Part =>
  resultChart('best', 'Best so far', deeds, (outlook, run, selected) => ({
    plot: bestPlot(outlook, run, selected),
    table: bestTable(outlook, run),
    summary: bestSummary(outlook, run),
  }));

/** The metric against parameters, with the trials that no other beats in both. */
export const frontChart = (deeds: Deeds): Part =>
  resultChart('front', 'Value against parameters', deeds, (outlook, run, selected) => ({
    plot: frontPlot(outlook, run, selected),
    table: frontTable(outlook, run),
    summary: frontSummary(outlook, run),
  }));

function resultChart(
  chart: SearchChart,
  title: string,
  deeds: Deeds,
  make: (outlook: SearchOutlook, run: SearchOfRun, selected: number | undefined) => ChartContent,
): Part {
  const box = chartBox(chart, title, deeds, [], []);
  // The page is also updated when nothing but the clock has moved on.
  const contentOf = remembered(
    (
      outlook: SearchOutlook,
      search: SearchOfRun['search'],
      searched: SearchOfRun['searched'],
      searchEnd: SearchOfRun['searchEnd'],
      selected: number | undefined,
    ) => make(outlook, { search, searched, searchEnd }, selected),
  );
  return {
    element: box.element,
    update: (view) => {
      const { outlook, run } = view;
      const selected = explainedTrial(run, searchChosenIn(view).trial);
      const { search, searched, searchEnd } = run;
      box.update(view, outlook && contentOf(outlook, search, searched, searchEnd, selected));
    },
  };
}
