import { accuracyWords, type TrialState } from '../../src/shared/trialState';
import { h, setText, show } from '../dom';
import { sparkPoints, type SparkPoint } from '../model/sparkPoints';
import { sparkline } from '../ui/sparkline';
import { liveSection, type LivePart } from './part';

/** The loss of the training in progress as a small line, before those of earlier seeds. */
export function training(): LivePart {
  const line = sparkline();
  const from = h('span');
  const to = h('span');
  const reached = h('p', { class: 'quiet' });
  const { element, beside } = liveSection(
    'Loss',
    line.element,
    h('div', { class: 'axis quiet number' }, from, to),
    reached,
  );
  return {
    element,
    update: ({ run, phase }) => {
      const trial = run.trials.at(-1);
      const last = trial?.points.at(-1);
      // The last trial of a search or of a verdict that has ended says nothing of what was found.
      const isShown =
        last !== undefined &&
        ((run.search === undefined && run.verdict === undefined) || phase === 'running');
      show(element, isShown);
      if (trial === undefined || !isShown) return;
      // Seeds of one training are alike; trials of a search are of other ranks, and mostly of other scales.
      const others = run.search === undefined ? run.trials.slice(0, -1) : [];
      const all = [...others, trial];
      const losses = all.flatMap(({ points }) => points.map(({ loss }) => loss)).filter(Number.isFinite);
      const [low, high] = [Math.min(...losses), Math.max(...losses)];
      const lines = all.map((one) => sparkPoints(pointsOf(one), one.steps, low, high));
      const [first] = trial.points;
      line.draw(
        lines.at(-1) ?? [],
        lines.slice(0, -1),
        `Loss of ${trial.name}: ${first?.loss.toFixed(2) ?? ''} at step ${first?.step ?? 0}, ${last.loss.toFixed(2)} at step ${last.step} of ${trial.steps}.`,
      );
      setText(beside, last.loss.toFixed(3));
      setText(from, trial.name);
      setText(to, `${trial.steps} steps`);
      // Of plan and controls together it would say nothing.
      const isMixed = run.search !== undefined || run.verdict !== undefined;
      const accuracy = isMixed ? undefined : accuracyWords(run.trials);
      show(reached, accuracy !== undefined);
      setText(reached, accuracy === undefined ? '' : `Best on validation data: ${accuracy}`);
    },
  };
}

const pointsOf = ({ points }: TrialState): SparkPoint[] =>
  points.filter(({ loss }) => Number.isFinite(loss)).map(({ step, loss }) => ({ x: step, y: loss }));
