import { formatCount, formatShare } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { h, rebuild, show } from '../dom';
import { methodWords } from '../model/budget/draftWords';
import { keptLayersText } from '../model/layers';
import { hasPlan } from '../model/view';
import { definitions } from './definitions';
import { section, type Part } from './part';

/** The plan in a sentence, its totals, and the files that were written. */
export function plan(): Part {
  const summary = h('p', { class: 'message' });
  const totals = h('div');
  const written = h('div');
  const element = section('Plan', 'plan', summary, totals, written);
  return {
    element,
    update: (view) => {
      const { run, layers, draft } = view;
      show(element, hasPlan(view));
      if (!run.plan || !hasPlan(view)) return;
      const kept = keptLayersText(layers);
      rebuild(summary, run.plan.summary, () => [run.plan?.summary ?? '']);
      const method = draft ? methodWords(draft) : run.plan.method;
      rebuild(totals, [run.plan, run.model, kept, method], () => [
        definitions(totalLines(run, kept, method)),
      ]);
      rebuild(written, run.wrote, () =>
        run.wrote.length === 0
          ? []
          : [
              h('h3', {}, 'Files written'),
              h('ul', { class: 'files' }, ...run.wrote.map((path) => h('li', {}, h('code', {}, path)))),
            ],
      );
    },
  };
}

function totalLines(run: RunState, kept: string, method: string): [string, string][] {
  if (!run.plan) return [];
  const { totals, plan: allocation } = run.plan;
  const share = run.model ? ` (${formatShare(totals.parameters / run.model.parameters)} of the model)` : '';
  const locked = Object.values(allocation.modules).filter((module) => module.locked).length;
  return [
    ['Method', method],
    ['Kept layers', kept === '' ? 'none' : `${totals.layers}: ${kept}`],
    ['Adapted modules', formatCount(totals.modules)],
    ['Experts', formatCount(totals.experts)],
    ['Trainable parameters', `${formatCount(totals.parameters)}${share}`],
    ...(allocation.shared.length > 0
      ? [['Shared tensors', formatCount(allocation.shared.length)] as [string, string]]
      : []),
    ...(locked > 0
      ? [['Locked by hand', locked === 1 ? '1 module' : `${formatCount(locked)} modules`] as [string, string]]
      : []),
  ];
}
