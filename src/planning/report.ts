import { certaintyWords } from '../shared/certainty';
import { combineTasks, scoresByLayer, sumByLayer } from '../shared/combineScores';
import { formatScore, formatShare } from '../shared/format';
import type { RunState, TaskState } from '../shared/runState';
import type { Plan } from '../shared/words';
import { factLines, noteLines, scoringFacts } from './facts';
import { rankLayers } from './rankLayers';
import { searchSection } from './searchReport';
import { table } from './table';
import { trainingReport } from './trainingReport';
import { judgeReport, verdictSection } from './verdictReport';
import { reportLine } from '../shared/markdown';

/** A run as a Markdown page: what was measured on what, how stable it is, what was planned. Pure. */
export function reportOf(state: RunState): string {
  return [
    `# ${state.experiment}`,
    '',
    ...factLines(scoringFacts(state)),
    ...noteLines(state),
    '',
    '## Layers',
    '',
    ...layerTable(state),
    '',
    '## Stability',
    '',
    ...stability(state),
    '',
    ...searchSection(state),
    ...planSection(state),
    ...verdictSection(state),
  ]
    .map(reportLine)
    .join('\n');
}

/** The report of a run as a Markdown page, by what it did. Pure. */
export function markdownReport(state: RunState): string {
  if (state.job === 'train') return trainingReport(state);
  return state.job === 'judge' ? judgeReport(state) : reportOf(state);
}

/** One row a layer: share of the score, experts. Also what the command line prints. */
export const layerTable = (state: RunState): string[] => table(layerCells(state));

/** The rows of the layers under their head, numbers all. */
export function layerCells(state: RunState): string[][] {
  const layers = state.modules.map(({ layer }) => layer);
  const byTask = state.tasks.map((task) => scoresByLayer(layers, task));
  const shares = combineTasks(byTask);
  const experts = sumByLayer(
    layers,
    state.modules.map(({ path }) => state.plan?.plan.modules[path]?.experts ?? 0),
  );
  const planned = state.plan !== undefined;
  const taskHead = ({ name, layerIntervals }: TaskState): string[] =>
    layerIntervals === undefined ? [name] : [name, '95 %'];
  const head = ['layer', 'share', ...state.tasks.flatMap(taskHead), ...(planned ? ['experts'] : [])];
  const rows = shares.map((share, layer) => [
    String(layer),
    formatShare(share),
    ...byTask.flatMap((scores, task) => {
      const { layerIntervals } = state.tasks[task] ?? {};
      const score = formatScore(scores[layer] ?? 0);
      return layerIntervals === undefined ? [score] : [score, intervalWords(layerIntervals[layer])];
    }),
    ...(planned ? [(experts[layer] ?? 0) > 0 ? String(experts[layer]) : '-'] : []),
  ]);
  return [head, ...rows];
}

/** `0.12 to 0.34` */
const intervalWords = (interval: readonly [number, number] | undefined): string =>
  interval === undefined ? '-' : interval.map(formatScore).join(' to ');

/** A sentence for each task whose order of modules is mostly noise. */
export const noiseWarnings = (state: RunState): string[] =>
  state.tasks
    .filter(({ stability: found }) => found !== undefined && found.halvesKendallTau < noisyTau)
    .map(
      ({ name, samplesDone, stability: found }) =>
        `Warning: the order of the modules for ${name} is mostly noise (${samplesDone} samples, two halves agree with ` +
        `Kendall τ ${found?.halvesKendallTau.toFixed(2)}): use more samples.`,
    );

/** Below this, two halves of the samples order the modules little better than chance. */
export const noisyTau = 0.3;

function stability(state: RunState): string[] {
  return state.tasks.flatMap((task) => {
    const [first, ...more] = stabilityWords(task);
    return first === undefined ? [] : [`- ${task.name}: ${first}`, ...more.map((words) => `  ${words}`)];
  });
}

/** How sure the order of a task's modules and its top layers are: sentences; none before it is known. */
export function stabilityWords({ samplesDone, stability: found, selection, certainty }: TaskState): string[] {
  if (found === undefined) return [];
  const verdict = found.halvesKendallTau < noisyTau ? ' The order is mostly noise: use more samples.' : '';
  return [
    `${samplesDone}${certainty === undefined ? '' : ` of ${certainty.of}`} samples; two halves agree with Kendall τ ${found.halvesKendallTau.toFixed(2)}, ` +
      `${formatShare(found.topKAgreement)} of the top modules in common.${verdict}`,
    ...(certainty === undefined ? [] : [certaintyWords(certainty)]),
    ...(selection === undefined ? [] : [selectionWords(selection)]),
  ];
}

/** Layers that are named more seldom say nothing. */
const seldom = 0.05;

/** How sure the top layers are, and which are named. */
function selectionWords(selection: NonNullable<TaskState['selection']>): string {
  const { count, confidence, frequencies, enough } = selection;
  const named = rankLayers(frequencies)
    .filter((layer) => (frequencies[layer] ?? 0) >= seldom)
    .map((layer) => `${layer} (${formatShare(frequencies[layer] ?? 0)})`);
  const top = count === 1 ? 'The top layer is the same' : `The top ${count} layers are the same`;
  const fewer =
    enough === undefined ? '' : ` ${enough} samples would have been enough to be sure of the top.`;
  return `${top} in ${formatShare(confidence)} of bootstrap resamples; named are ${named.join(', ')}.${fewer}`;
}

function planSection({ plan }: RunState): string[] {
  if (plan === undefined) return [];
  return ['## Plan', '', plan.summary, '', ...table(planCells(plan.plan), 1), ''];
}

/** The rows of a plan under their head; a column of names, then numbers. */
export function planCells(plan: Plan): string[][] {
  const modules = Object.entries(plan.modules);
  const locked = modules.some(([, row]) => row.locked === true);
  const rows = modules.map(([path, row]) => [
    path,
    String(row.rank),
    String(row.alpha),
    String(row.experts),
    ...(locked ? [row.locked === true ? 'by hand' : ''] : []),
  ]);
  return [['module', 'rank', 'alpha', 'experts', ...(locked ? ['locked'] : [])], ...rows];
}
