import { capital } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { judgingWords } from '../../src/shared/verdictWords';
import { h, rebuild, show } from '../dom';
import { verdictBadges } from '../model/verdict/calls';
import { liveSection, type LivePart } from './part';

/** Which training a verdict is at, and what it says so far or in the end. */
export function verdict(): LivePart {
  const list = h('dl');
  const { element } = liveSection('Verdict', list);
  return {
    element,
    update: ({ run }) => {
      show(element, run.verdict !== undefined);
      const rows = verdictRows(run);
      rebuild(list, rows, () =>
        rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
      );
    },
  };
}

function verdictRows(run: RunState): [name: string, value: string][] {
  const { verdict } = run;
  if (verdict === undefined) return [];
  const now = judgingWords(run);
  const words = verdict.words === '' ? verdictBadges(verdict).join(', ') : verdict.words;
  return [
    ...(now === undefined ? [] : ([['Now', capital(now)]] as [string, string][])),
    ...(words === '' ? [] : ([[verdict.isOver ? 'End' : 'So far', words]] as [string, string][])),
  ];
}
