import type { Verdict } from '../../../src/shared/verdict';
import { earlierPlanWords, isMeasured } from '../../../src/shared/verdictWords';
import { h, rebuild, setText, show } from '../../dom';
import { remembered } from '../../model/remembered';
import { standingWords, verdictBadges } from '../../model/verdict/calls';
import { intervalFigure } from '../../model/verdict/figure';
import { armsTable, comparisonsTable, seedsTable } from '../../model/verdict/tables';
import { intervalPlot } from '../../ui/intervalPlot';
import { badge } from '../../ui/toolkit';
import { section, type Deeds, type Part } from '../part';
import { copiedTable } from './copiedTable';

/** Whether a plan is better than its controls: in a sentence, a figure, its three answers, and all numbers. */
export function verdict(deeds: Deeds): Part {
  const words = h('p', { class: 'message' });
  const badges = h('p', { class: 'badges' });
  const standing = h('p', { class: 'quiet' });
  const plot = intervalPlot();
  const waiting = h(
    'p',
    { class: 'waiting quiet' },
    'Plan and control are compared once both have two seeds.',
  );
  const figure = section('Difference to each control', 'verdict-figure', waiting, plot.element);
  const answers = h('dl', { class: 'answers' });
  const answered = section('Answers', 'verdict-answers', answers);
  const comparisons = copiedTable('the comparisons', deeds);
  const arms = copiedTable('the trainings', deeds);
  const seeds = copiedTable('the values of each seed', deeds);
  const bySeed = h('details', {}, h('summary', {}, 'Values of each seed'), seeds.element);
  const numbers = section('Numbers', 'verdict-numbers', comparisons.element, arms.element, bySeed);
  const notes = h('ul', { class: 'quiet notes' });
  const earlier = h('p', { class: 'notice warning' });
  const head = section('Verdict', 'verdict', earlier, words, badges, standing, notes);
  const element = h(
    'div',
    { class: 'verdict-tab' },
    head,
    h('div', { class: 'verdict-columns' }, figure, answered),
    numbers,
  );
  // The page is also updated when nothing but the clock has moved on.
  const draw = remembered((told: Verdict): void => {
    setText(words, told.words);
    show(words, told.words !== '');
    rebuild(badges, verdictBadges(told), () => verdictBadges(told).map((text) => badge(text)));
    const drawn = intervalFigure(told);
    show(waiting, drawn === undefined && !told.isOver);
    show(plot.element, drawn !== undefined);
    show(figure, drawn !== undefined || !told.isOver);
    if (drawn) plot.draw(drawn);
    show(answered, told.answers.length > 0);
    rebuild(answers, told.answers, () =>
      told.answers.map(({ question, words: answer }) =>
        h('div', {}, h('dt', {}, question), h('dd', {}, answer)),
      ),
    );
    show(numbers, isMeasured(told));
    comparisons.update(comparisonsTable(told));
    arms.update(armsTable(told));
    seeds.update(seedsTable(told));
    show(
      bySeed,
      told.arms.some(({ results }) => results.length > 0),
    );
  });
  return {
    element,
    update: ({ run }) => {
      show(element, run.verdict !== undefined);
      if (run.verdict === undefined) return;
      const words = earlierPlanWords(run, 'of its map');
      show(earlier, words !== undefined);
      setText(earlier, words ?? '');
      draw(run.verdict);
      const now = standingWords(run);
      show(standing, now !== undefined);
      setText(standing, now ?? '');
      // Of the main job they are told beside its scores.
      const told = run.job === 'judge' ? run.notes : [];
      show(notes, told.length > 0);
      rebuild(notes, told, () => told.map((note) => h('li', {}, note)));
    },
  };
}
