import { formatScore, formatShare } from '../../shared/format';
import type { RunState } from '../../shared/runState';
import type { Verdict } from '../../shared/verdict';
import type { Plan } from '../../shared/words';
import { layerCells, planCells, stabilityWords } from '../report';
import { searchCells, searchEnd } from '../searchReport';
import { trainingCells } from '../trainingReport';
import { earlierPlanWords, isMeasured } from '../../shared/verdictWords';
import { armCells, controlCells, measuredWords } from '../verdictReport';
import { curveCells, curvesFigure, validationMetric } from './curvesFigure';
import { mapCells, mapFigure } from './mapFigure';
import { element, type Markup } from './markup';
import { moduleGrid, type ModuleGrid } from './moduleGrid';
import type { Numbering } from './numbering';
import { searchFigure } from './searchFigure';
import { verdictFigure } from './verdictFigure';

/** A part of a report: its heading and what stands below it; nothing where the run has none of it. */
export type Section = readonly Markup[];

const heading = (words: string): Markup => element('h2', {}, words);
const paragraph = (words: string): Markup => element('p', {}, words);

/** The judgement first: it is what a reader wants to know. */
export function verdictPart(state: RunState, number: Numbering): Section {
  const { verdict } = state;
  if (verdict === undefined) return [];
  const earlier = earlierPlanWords(state, 'below');
  return [
    heading('Verdict'),
    ...(earlier === undefined ? [] : [paragraph(earlier)]),
    paragraph(verdict.words),
    ...(verdict.answers.length === 0
      ? []
      : [
          element(
            'dl',
            { class: 'answers' },
            verdict.answers.map(({ question, words }) => [
              element('dt', {}, question),
              element('dd', {}, words),
            ]),
          ),
        ]),
    ...(isMeasured(verdict) ? verdictNumbers(verdict, number) : []),
  ];
}

/** Plan less controls as a figure and as tables, and what was measured. */
function verdictNumbers(verdict: Verdict, number: Numbering): Section {
  return [
    ...number.figure(
      verdictFigure(verdict),
      `The plan less each control. A diamond is the mean over seeds, filled where a difference is called; the line is its interval, circles are single seeds.${verdict.margin > 0 ? ' In the band a difference does not matter.' : ''}`,
    ),
    number.table(armCells(verdict), { caption: 'The plan and its controls.', names: 2, long: [5] }),
    ...(verdict.comparisons.length === 0
      ? []
      : [number.table(controlCells(verdict), { caption: 'The plan less each control.', names: 1 })]),
    paragraph(measuredWords(verdict)),
  ];
}

/** Scores and plan: the map, then numbers by layer, module and row. */
export function mapPart(state: RunState, number: Numbering): Section {
  const grid = moduleGrid(state);
  if (grid === undefined) return [];
  const { plan, verdict, tasks } = state;
  const rows = plan?.plan ?? verdict?.plan;
  const sure = tasks.flatMap((task) => {
    const words = stabilityWords(task);
    return words.length === 0 ? [] : [element('li', {}, `${task.name}: ${words.join(' ')}`)];
  });
  return [
    heading(mapHeading(grid, state.job)),
    ...(plan === undefined ? [] : [paragraph(plan.summary)]),
    ...number.figure(mapFigure(grid), mapCaption(grid)),
    ...(grid.isScored ? [number.table(layerCells(state), { caption: layerCaption(state) })] : []),
    number.table(mapCells(grid), {
      caption: grid.isScored
        ? `Share of the score by module${grid.isPlanned ? '; in parentheses rank, × experts where there are several' : ''}.`
        : 'Rank by module, × experts where there are several.',
    }),
    ...(rows === undefined ? [] : alphaPart(rows, number)),
    ...(sure.length === 0
      ? []
      : [element('div', { class: 'together' }, heading('Stability'), element('ul', {}, sure))]),
  ];
}

function mapHeading({ isScored, isPlanned }: ModuleGrid, job: RunState['job']): string {
  if (isScored) return isPlanned ? 'Layers and plan' : 'Layers';
  // What a training is of may be no plan, but all targets alike.
  return job === 'train' ? 'Adapters' : 'Plan';
}

/** What the map does not say of a plan: its scaling, in a sentence where one rule holds, and who fixed a row. */
function alphaPart(plan: Plan, number: Numbering): Section {
  const rows = Object.values(plan.modules).filter(({ experts }) => experts > 0);
  const [first] = rows;
  if (first === undefined) return [];
  const isPlain = Object.values(plan.modules).every(({ locked }) => locked !== true);
  const isSame = rows.every(({ alpha }) => alpha === first.alpha);
  const isScaled = rows.every(({ alpha, rank }) => alpha * first.rank === first.alpha * rank);
  if (isPlain && isSame) return [paragraph(`Alpha is ${formatScore(first.alpha)} in each row of the plan.`)];
  if (isPlain && isScaled)
    return [
      paragraph(`Alpha is ${formatScore(first.alpha / first.rank)} times the rank in each row of the plan.`),
    ];
  return [number.table(planCells(plan), { caption: 'The plan, row by row.', names: 1 })];
}

function mapCaption({ isScored, isPlanned }: ModuleGrid): string {
  const color = 'Color is a module’s share of the score, bars are the layers’.';
  const frames = 'A frame marks what has an adapter, with its rank, × experts where there are several.';
  return [...(isScored ? [color] : []), ...(isPlanned ? [frames] : [])].join(' ');
}

const layerCaption = ({ tasks, plan }: RunState): string =>
  `Layers: share of the score${tasks.length > 1 ? ', mean over tasks' : ''}, and the score of each task${tasks.some(({ layerIntervals }) => layerIntervals !== undefined) ? ` with its ${formatShare(0.95).replace('.0', '')} bootstrap interval` : ''}${plan === undefined ? '' : '; experts in the plan'}.`;

export function searchPart(state: RunState, number: Numbering): Section {
  if (state.searched.length === 0) return [];
  const best = state.searchEnd?.best;
  const at = state.searched.findIndex((trial) => trial.number === best);
  return [
    heading('Rank search'),
    ...searchEnd(state).map(paragraph),
    ...number.figure(
      searchFigure(state),
      'Trials of the search, numbered in the order in which they were tried; the best has a ring.',
    ),
    number.table(searchCells(state), {
      ...{ caption: 'Trials of the search.', names: 3, long: [1] },
      strong: (row) => row === at,
    }),
  ];
}

/** Curves of what was trained, and for a training what its adapters came to. */
export function trainingPart(state: RunState, number: Numbering): Section {
  const figure = curvesFigure(state);
  if (figure === undefined) return [];
  const results = trainingCells(state);
  const curves = curveCells(state);
  return [
    heading(state.job === 'train' ? 'Results' : 'Trainings'),
    ...(state.job !== 'train' || results.length < 2
      ? []
      : [
          number.table(results, {
            caption: 'The best adapter of each training against the base model.',
            names: 3,
          }),
        ]),
    ...number.figure(figure, curvesCaption(state)),
    ...(curves.length < 2
      ? []
      : [number.table(curves, { caption: 'Training loss and validation metric at evaluations.', names: 1 })]),
  ];
}

const curvesCaption = (state: RunState): string =>
  `Training loss, as means over a window where there are many steps, and ${validationMetric(state) === 'accuracy' ? 'accuracy' : 'loss'} on validation data${state.tasks.length > 1 ? ', mean over tasks' : ''}, over steps.`;
