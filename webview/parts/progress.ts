import { leftPiecesWords, piecesWords } from '../../src/shared/executorWords';
import { pausedWords } from '../../src/shared/searchWords';
import { h, rebuild, setAttribute, setText, show, uniqueId } from '../dom';
import { estimateText } from '../model/costs';
import { countsOf, countText, type Count } from '../model/counts';
import { elapsedText, stageText } from '../model/status';
import { progressRing } from '../ui/toolkit';
import { section, type Part } from './part';

/** Where a run is until it is done: stage, samples done of each task, time, and what it is expected to take. */
export function progress(): Part {
  const ring = progressRing();
  const stage = h('span');
  const elapsed = h('span', { class: 'quiet' });
  const bars = h('ul', { class: 'bars' });
  const estimate = h('p', { class: 'quiet' });
  const jobs = h('p', { class: 'quiet' });
  const element = section(
    'Progress',
    'progress',
    h('p', { class: 'stage' }, ring, stage, elapsed),
    bars,
    jobs,
    estimate,
  );
  let lines: CountBar[] = [];
  return {
    element,
    update: (view) => {
      const { run } = view;
      show(element, run.status !== 'empty' && run.status !== 'done');
      show(ring, run.status === 'running' && pausedWords(run) === undefined);
      setText(stage, stageText(run));
      setText(elapsed, elapsedText(view));
      const counts = countsOf(run);
      const begun = counts.some(({ total }) => total > 0);
      show(bars, run.status === 'running' ? counts.length > 0 : begun);
      rebuild(
        bars,
        counts.map(({ name }) => name),
        () => {
          lines = counts.map(({ name }) => countBar(name));
          return lines.map((line) => line.element);
        },
      );
      counts.forEach((count, index) => lines[index]?.update(count));
      show(jobs, run.pieces !== undefined);
      const words = run.status === 'running' ? piecesWords : leftPiecesWords;
      if (run.pieces) setText(jobs, `${words(run.pieces)}.`);
      show(estimate, run.estimate !== undefined && run.actual === undefined);
      if (run.estimate) setText(estimate, estimateText(run.estimate, run.untilSure !== undefined));
    },
  };
}

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
    update: (count) => {
      const { done, total } = count;
      bar.value = total > 0 ? done / total : 0;
      const text = countText(count);
      setText(words, text);
      setAttribute(bar, 'aria-valuetext', text);
    },
  };
}
