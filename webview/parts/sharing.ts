import type { RunState } from '../../src/shared/runState';
import { h, rebuild, show } from '../dom';
import { remembered } from '../model/remembered';
import { newestSharing, sharedBy, sharedOf, type Shared } from '../model/sharing/sharedBy';
import { sharingCosts } from '../model/sharing/sharingCosts';
import { sharingCsv, sharingTable } from '../model/sharing/sharingTable';
import { sharingKinds, sharingMap, sharingWords } from '../model/sharing/sharingView';
import { chosenIn } from '../model/training/trainingChoices';
import type { PageView } from '../model/view';
import { button, checkbox } from '../ui/toolkit';
import { definitions } from './definitions';
import { scroller, section, type Deeds, type Part } from './part';
import { mapTable } from './training/mapTable';

/** Which layers share which A, and the pools of B's that they draw from. */
export function sharing(deeds: Deeds): Part {
  let latest: PageView | undefined;
  const words = h('div');
  const asTable = checkbox('Show as table', (checked) => {
    if (latest) deeds.choose({ training: { ...chosenIn(latest), asTable: checked } });
  });
  const copy = button('Copy as CSV', () => {
    const shared = latest && sharedBy(latest.run);
    if (latest && shared) deeds.copy(sharingCsv(sharingTable(latest.run, shared)), 'the sharing map');
  });
  const map = mapTable('Which A each layer has');
  const table = h('table', { class: 'plain' });
  const list = scroller('Modules with what they share', table);
  const costs = h('div', { class: 'sharing-costs' });
  const element = section(
    'Shared tensors',
    'sharing',
    ...[words, h('div', { class: 'row tools' }, asTable.element, copy.element)],
    h('div', { class: 'map-beside' }, h('div', {}, map.element, list), costs),
  );
  // The page is also updated when nothing but the clock has moved on.
  const sharedIn = remembered(sharedOf);
  const drawn = remembered((shared: Shared) => {
    const kinds = sharingKinds(shared);
    return { said: sharingWords(kinds), grid: sharingMap(kinds), lines: sharingCosts(shared) };
  });
  const tableOf = remembered((modules: RunState['modules'], trials: RunState['trials'], shared: Shared) =>
    sharingTable({ modules, trials }, shared),
  );
  return {
    element,
    update: (view) => {
      latest = view;
      const { plan, trials, modules } = view.run;
      const shared = sharedIn(plan, newestSharing(trials), modules);
      show(element, shared !== undefined);
      if (shared === undefined) return;
      const chosen = chosenIn(view);
      asTable.set(chosen.asTable);
      const { said, grid, lines } = drawn(shared);
      rebuild(words, said, () => said.map((text) => h('p', { class: 'message' }, text)));
      show(map.element, !chosen.asTable);
      show(list, chosen.asTable);
      if (chosen.asTable) {
        const { columns, rows } = tableOf(modules, trials, shared);
        rebuild(table, [columns, rows], () => [
          h('thead', {}, h('tr', {}, ...columns.map((text) => h('th', { scope: 'col' }, text)))),
          h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((text) => h('td', {}, text))))),
        ]);
      } else map.update(grid);
      rebuild(costs, lines, () => [h('h3', {}, 'Parameters'), definitions(lines)]);
    },
  };
}
