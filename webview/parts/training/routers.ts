import type { RunState } from '../../../src/shared/runState';
import type { TrialState } from '../../../src/shared/trialState';
import { h, setAttribute, setText, show } from '../../dom';
import { remembered } from '../../model/remembered';
import { routedEvaluations, routerView } from '../../model/training/routers';
import { shownTrial } from '../../model/training/timeline';
import { chosenIn, type TrainingChoices } from '../../model/training/trainingChoices';
import type { PageView } from '../../model/view';
import { section, type Deeds, type Part } from '../part';
import { mapTable } from './mapTable';
import { scrubber } from './scrubber';
import { trialPicker } from './trialPicker';

/** What is routed, and what the numbers are shares of. */
const wordsOf = {
  expert: {
    title: 'Router load',
    key: 'Each cell: the expert with the most, and its share of the tokens; bars are all experts, the line an even share. The stronger the color, the less even.',
    waiting: 'How routers share out among experts is told with the first evaluation behind the start.',
  },
  B: {
    title: 'Router weights',
    key: 'Each cell: the B with the most, and its mean weight; bars are all B’s, the line an even share. The stronger the color, the less even.',
    waiting: 'How routers weigh the B’s is told with the first evaluation behind the start.',
  },
} as const;

/**
 * Which experts the routers choose, or how they weigh Lily's B's, over the evaluations.
 * @param one what is routed to: the part is there only for trainings of that
 */
export function routers(deeds: Deeds, one: keyof typeof wordsOf): Part {
  let latest: PageView | undefined;
  const choose = (changed: Partial<TrainingChoices>): void => {
    if (latest) deeds.choose({ training: { ...chosenIn(latest), ...changed } });
  };
  const { title, key, waiting } = wordsOf[one];
  const none = h('p', { class: 'quiet' });
  const picker = trialPicker((trial) => choose({ trial, step: undefined }));
  const time = scrubber((step) => choose({ step }));
  const words = h('p', { class: 'message' });
  const table = mapTable(`${title} of layers and roles`);
  const shown = h(
    'div',
    {},
    ...[h('div', { class: 'row tools' }, picker.element, time.element), words, table.element],
    h('p', { class: 'quiet' }, key),
  );
  const element = section(title, 'routers', none, shown);
  const draw = remembered(
    (name: string, trial: TrialState, modules: RunState['modules'], step: number | undefined): void => {
      const evaluations = routedEvaluations(trial);
      const { at } = time.update(
        evaluations.map((evaluation) => evaluation.step),
        ...([step, `${name} ${trial.name}`] as const),
      );
      const evaluation = evaluations[at];
      if (evaluation === undefined) return;
      const seen = routerView({ modules }, evaluation, one);
      setAttribute(words, 'aria-live', step === undefined ? 'off' : 'polite');
      setText(words, seen.words);
      table.update(seen.map);
    },
  );
  return {
    element,
    update: (view) => {
      latest = view;
      const { run } = view;
      const chosen = chosenIn(view);
      const ours = run.trials.filter((trial) => (trial.adapter?.method === 'lily') === (one === 'B'));
      const routed = ours.filter((trial) => routedEvaluations(trial).length > 0);
      const trial = shownTrial(routed, chosen.trial);
      const awaits = ours.some(awaitsRouters);
      show(element, trial !== undefined || awaits);
      show(none, trial === undefined);
      setText(
        none,
        run.status === 'running' ? waiting : 'It ended before the first evaluation that tells of routers.',
      );
      show(shown, trial !== undefined);
      if (trial === undefined) return;
      picker.update(routed, trial);
      draw(view.heading.run, trial, run.modules, chosen.step);
    },
  };
}

const routing: readonly string[] = ['floe', 'lora-smoe', 'lily'];

/** Behind its first evaluation after the start, a trial that told of no router has none: a plan may give each module one expert. */
const awaitsRouters = ({ adapter, evaluations }: TrialState): boolean =>
  adapter !== undefined && routing.includes(adapter.method) && !evaluations.some(({ step }) => step > 0);
