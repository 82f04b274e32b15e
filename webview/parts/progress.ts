import { formatCount } from '../../src/shared/format';
import type { TaskState } from '../../src/shared/runState';
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
  let lines: TaskBar[] = [];
  return {
    element,
    update: (view) => {
      const { run } = view;
      show(element, run.status !== 'empty');
      show(ring, run.status === 'running');
      setText(stage, stageText(run));
      setText(elapsed, elapsedText(view));
      // Once all is done the bars say nothing that the table below does not.
      const begun = run.tasks.some((task) => task.samplesTotal > 0);
      show(bars, run.status === 'running' ? run.tasks.length > 0 : run.status !== 'done' && begun);
      rebuild(
        bars,
        run.tasks.map((task) => task.name),
        () => {
          lines = run.tasks.map((task) => taskBar(task.name));
          return lines.map((line) => line.element);
        },
      );
      run.tasks.forEach((task, index) => lines[index]?.update(task));
      show(estimate, run.estimate !== undefined && run.actual === undefined);
      if (run.estimate) setText(estimate, estimateText(run.estimate));
      costs.update(view);
    },
  };
}

interface TaskBar {
  readonly element: HTMLElement;
  update(task: TaskState): void;
}

function taskBar(name: string): TaskBar {
  const id = uniqueId('task');
  const count = h('span', { class: 'quiet count' });
  const bar = h('progress', { 'aria-labelledby': id, max: '1', value: '0' });
  return {
    element: h('li', {}, h('span', { id, class: 'task-name', title: name }, name), bar, count),
    update: (task) => {
      const begun = task.samplesTotal > 0;
      bar.value = begun ? task.samplesDone / task.samplesTotal : 0;
      const text = begun
        ? `${formatCount(task.samplesDone)} / ${formatCount(task.samplesTotal)} samples`
        : 'waiting';
      setText(count, text);
      setAttribute(bar, 'aria-valuetext', text);
    },
  };
}
