import type { RunState } from '../../../src/shared/runState';
import { h, rebuild, show } from '../../dom';
import { searchNotes, trialsCsv, trialsTable } from '../../model/ranks/trials';
import type { SearchOfRun } from '../../model/ranks/pointWords';
import { searchChosenIn } from '../../model/ranks/searchChoices';
import { explainedTrial } from '../../model/ranks/why';
import { remembered } from '../../model/remembered';
import type { PageView } from '../../model/view';
import { button } from '../../ui/toolkit';
import { section, type Deeds, type Part } from '../part';
import { trialTable } from './trialTable';

/** Every trial of a search, and what a reader should know of it. */
export function trials(deeds: Deeds): Part {
  let latest: PageView | undefined;
  const table = trialTable('Trials of the search', (trial) => {
    if (latest) deeds.choose({ search: { ...searchChosenIn(latest), trial } });
  });
  const copy = button('Copy as CSV', () => latest && deeds.copy(trialsCsv(latest.run), 'the trials'));
  const notes = h('ul', { class: 'quiet notes' });
  const element = section(
    'Trials',
    'trials',
    h('div', { class: 'row tools' }, copy.element),
    table.element,
    notes,
  );
  const tableOf = remembered(
    (search: SearchOfRun['search'], searched: SearchOfRun['searched'], searchEnd: SearchOfRun['searchEnd']) =>
      trialsTable({ search, searched, searchEnd }),
  );
  const notesOf = remembered((searched: RunState['searched'], told: RunState['notes']) =>
    searchNotes({ searched, notes: told }),
  );
  return {
    element,
    update: (view) => {
      latest = view;
      const { run } = view;
      copy.setReason(run.searched.length > 0 ? undefined : 'There is no trial yet.');
      table.set(
        tableOf(run.search, run.searched, run.searchEnd),
        explainedTrial(run, searchChosenIn(view).trial),
      );
      const told = notesOf(run.searched, run.notes);
      show(notes, told.length > 0);
      rebuild(notes, told, () => told.map((note) => h('li', {}, note)));
    },
  };
}
