import { formatCount } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { h, rebuild, setAttribute, setText, show, uniqueId } from '../dom';
import { estimateText } from '../model/costs';
import { elapsedText, stageText } from '../model/status';
import { progressRing } from '../ui/toolkit';
import { costTable } from './costs';
import { section, type Part } from './part';

/** Where the run is: stage, samples done of each task, time, and the estimate against what it took. */
export function progress(): Part {
  const ring = progressRing();
  const stage = h('span');
  const elapsed = h('span', { class: 'quiet' });
  const bars = h('ul', { class: 'bars' });
  const estimate = h('p', { class: 'quiet' });
  const costs = costTable();
  const element = section(
    'Progress',
    'progress',
    h('p', { class: 'stage' }, ring, stage, elapsed),
    bars,
    estimate,
    costs.element,
  );
  let lines: CountBar[] = [];
  return {
    element,
    update: (view) => {
      const { run } = view;
      show(element, run.status !== 'empty');
      show(ring, run.status === 'running');
      setText(stage, stageText(run));
      setText(elapsed, elapsedText(view));
      // Once all is done the bars say nothing that the table below does not.
      const counts = countsOf(run);
      const begun = counts.some(({ total }) => total > 0);
      show(bars, run.status === 'running' ? counts.length > 0 : run.status !== 'done' && begun);
      rebuild(
        bars,
        counts.map(({ name }) => name),
        () => {
          lines = counts.map(({ name }) => countBar(name));
          return lines.map((line) => line.element);
        },
      );
      counts.forEach((count, index) => lines[index]?.update(count));
      show(estimate, run.estimate !== undefined && run.actual === undefined);
      if (run.estimate) setText(estimate, estimateText(run.estimate));
      costs.update(view);
    },
  };
}

/** How far something is: samples of a task, or steps of a trial. */
interface Count {
  readonly name: string;
  readonly done: number;
  /** 0 = not known yet. */
  readonly total: number;
  readonly unit: string;
}

const countsOf = ({ job, tasks, trials }: RunState): Count[] =>
  job === 'train'
    ? trials.map(({ name, step, steps }) => ({ name, done: step, total: steps, unit: 'steps' }))
    : tasks.map(({ name, samplesDone, samplesTotal }) => ({
        ...{ name, done: samplesDone, total: samplesTotal, unit: 'samples' },
      }));

interface CountBar {
  readonly element: HTMLElement;
  update(count: Count): void;
}

function countBar(name: string): CountBar {
  const id = uniqueId('task');
  const words = h('span', { class: 'quiet count' });
  const bar = h('progress', { 'aria-labelledby': id, max: '1', value: '0' });
  return {
    element: h('li', {}, h('span', { id, class: 'task-name', title: name }, name), bar, words),
    update: ({ done, total, unit }) => {
      const begun = total > 0;
      bar.value = begun ? done / total : 0;
      const text = begun ? `${formatCount(done)} / ${formatCount(total)} ${unit}` : 'waiting';
      setText(words, text);
      setAttribute(bar, 'aria-valuetext', text);
    },
  };
}
