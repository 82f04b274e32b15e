import type { RunState } from '../../../src/shared/runState';
import type { TrialState } from '../../../src/shared/trialState';
import { h, setAttribute, setText, show } from '../../dom';
import { remembered } from '../../model/remembered';
import { rankCharts } from '../../model/training/rankCharts';
import { rankMap } from '../../model/training/rankMap';
import { noMoveWords, rankMoments } from '../../model/training/rankMoments';
import { shownTrial } from '../../model/training/timeline';
import { chosenIn, type TrainingChoices } from '../../model/training/trainingChoices';
import type { PageView } from '../../model/view';
import { dropdown } from '../../ui/toolkit';
import { section, type Deeds, type Part } from '../part';
import { chartGrid } from './chartGrid';
import { mapTable } from './mapTable';
import { scrubber } from './scrubber';
import { trialPicker } from './trialPicker';

const key = ['▲ rank moved up', '▼ rank moved down', '= did not move'];

/** The time line of ranks that move while they are trained: by dynamic LoRA and AdaLoRA. */
export function ranks(deeds: Deeds): Part {
  let latest: PageView | undefined;
  const choose = (changed: Partial<TrainingChoices>): void => {
    if (latest) deeds.choose({ training: { ...chosenIn(latest), ...changed } });
  };
  const none = h('p', { class: 'quiet' });
  const picker = trialPicker((trial) => choose({ trial, step: undefined }));
  const against = dropdown('Compared with', (value) =>
    choose({ against: value === 'start' ? 'start' : 'before' }),
  );
  const time = scrubber((step) => choose({ step }));
  const words = h('p', { class: 'message' });
  const table = mapTable('Ranks of layers and roles');
  const legend = h('ul', { class: 'legend quiet' }, ...key.map((text) => h('li', {}, text)));
  const charts = chartGrid();
  const shown = h(
    'div',
    {},
    ...[h('div', { class: 'row tools' }, picker.element, against.element), time.element, words],
    h('div', { class: 'map-beside' }, h('div', {}, table.element, legend), charts.element),
  );
  const element = section('Ranks over time', 'ranks', none, shown);
  const draw = remembered(
    (
      name: string,
      trial: TrialState,
      modules: RunState['modules'],
      step: number | undefined,
      reference: TrainingChoices['against'],
      tabular: boolean,
    ): void => {
      const moments = rankMoments(trial, modules);
      const { steps, at } = time.update(
        moments.map((moment) => moment.step),
        ...([step, `${name} ${trial.name}`] as const),
      );
      const ofMap = rankMap(modules, moments, at, reference);
      // What comes by itself, in every step, must not be read aloud.
      setAttribute(words, 'aria-live', step === undefined ? 'off' : 'polite');
      setText(words, ofMap.words);
      table.update(ofMap.map);
      charts.update(rankCharts(modules, moments, trial.steps, trial.step, steps[at]), tabular);
    },
  );
  return {
    element,
    update: (view) => {
      latest = view;
      const { run } = view;
      const chosen = chosenIn(view);
      const moved = run.trials.filter(({ reallocations }) => reallocations.length > 0);
      const trial = shownTrial(moved, chosen.trial);
      const last = run.trials.at(-1);
      const why = last && trial === undefined ? noMoveWords(last, run.status === 'running') : undefined;
      show(element, trial !== undefined || why !== undefined);
      show(none, why !== undefined);
      setText(none, why ?? '');
      show(shown, trial !== undefined);
      if (trial === undefined) return;
      picker.update(moved, trial);
      against.set(
        [
          { value: 'before', label: 'the step before' },
          { value: 'start', label: 'the start' },
        ],
        chosen.against,
      );
      draw(view.heading.run, trial, run.modules, chosen.step, chosen.against, chosen.asTable);
    },
  };
}
