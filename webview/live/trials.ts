import { bestSearched, metricWords, pointWords, trialWords } from '../../src/shared/searchWords';
import type { RunState } from '../../src/shared/runState';
import { h, rebuild, show } from '../dom';
import { liveSection, type LivePart } from './part';

/** Which trial a search is at, and the best so far; why it ended, once it has. */
export function trials(): LivePart {
  const list = h('dl');
  const { element } = liveSection('Trials', list);
  return {
    element,
    update: ({ run, phase }) => {
      show(element, run.search !== undefined);
      const rows = searchRows(run, phase === 'running');
      rebuild(list, rows, () =>
        rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
      );
    },
  };
}

function searchRows(run: RunState, isGoing: boolean): [name: string, value: string][] {
  const now = run.searched.find(({ state }) => state === 'running');
  const best = bestSearched(run);
  const at = trialWords(run)?.replace(/^trial /, '');
  const of = now === undefined ? '' : `: ${pointWords(now.point)}`;
  return [
    ...(isGoing && at !== undefined ? ([['Now', `${at}${of}`]] as [string, string][]) : []),
    ...(best?.value === undefined
      ? []
      : ([['Best', `${metricWords(best.metric, best.value)} ${best.metric}: ${pointWords(best.point)}`]] as [
          string,
          string,
        ][])),
    ...(run.searchEnd === undefined ? [] : ([['End', run.searchEnd.words]] as [string, string][])),
  ];
}
