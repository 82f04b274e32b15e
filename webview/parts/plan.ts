import { formatCount, formatShare } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { h, rebuild, show } from '../dom';
import { keptLayersText } from '../model/layers';
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
    update: ({ run, layers }) => {
      show(element, run.plan !== undefined);
      if (!run.plan) return;
      const kept = keptLayersText(layers);
      rebuild(summary, run.plan.summary, () => [run.plan?.summary ?? '']);
      rebuild(totals, [run.plan, run.model, kept], () => [definitions(totalLines(run, kept))]);
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

function totalLines(run: RunState, kept: string): [string, string][] {
  if (!run.plan) return [];
  const { method, totals, plan: allocation } = run.plan;
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
    ...(locked > 0 ? [['Locked by hand', `${formatCount(locked)} modules`] as [string, string]] : []),
  ];
}
