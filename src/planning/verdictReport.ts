import { formatBytes, formatCount, listWords } from '../shared/format';
import type { RunState } from '../shared/runState';
import type { Arm, Comparison, Verdict } from '../shared/verdict';
import {
  earlierPlanWords,
  armTitles,
  isMeasured,
  signedDifference,
  verdictDifference,
  verdictValue,
} from '../shared/verdictWords';
import { meanAndError } from '../shared/meanAndError';
import { factLines, judgingFacts, noteLines } from './facts';
import { table } from './table';
import {
  armValue,
  callWords,
  confidenceWords,
  intervalWords,
  pWords,
  taskWords,
  timeRatio,
} from './verdictNumbers';
import { reportLine } from '../shared/markdown';

/** A judged plan as a Markdown page: what was trained on what, and whether the plan is better than its controls. Pure. */
export function judgeReport(state: RunState): string {
  return [
    ...[`# ${state.experiment}`, '', ...factLines(judgingFacts(state)), ...noteLines(state), ''],
    ...verdictSection(state),
  ]
    .map(reportLine)
    .join('\n');
}

/** Plan against controls as a Markdown section; nothing where a run judged none. Pure. */
export function verdictSection(state: RunState): string[] {
  const { verdict } = state;
  if (verdict === undefined) return [];
  const earlier = earlierPlanWords(state, 'above');
  return [
    ...['## Verdict', ''],
    ...(earlier === undefined ? [] : [earlier, '']),
    ...[verdict.words, ''],
    ...verdict.answers.map(({ question, words }) => `- **${question}** ${words}`),
    ...(verdict.answers.length === 0 ? [] : ['']),
    ...(isMeasured(verdict) ? [...verdictTable(state), '', measuredWords(verdict), ''] : []),
  ];
}

/** One row an arm, then one row a control. Also what the command line prints; nothing where a run judged none, or trained nothing for it. */
export function verdictTable({ verdict }: Pick<RunState, 'verdict'>): string[] {
  if (verdict === undefined || !isMeasured(verdict)) return [];
  return [
    ...table(armCells(verdict), 2),
    ...(verdict.comparisons.length === 0 ? [] : ['', ...table(controlCells(verdict), 1)]),
  ];
}

/** Tables, sentence and answers as the command line prints them; nothing where a run judged none. */
export function verdictLines({ verdict }: Pick<RunState, 'verdict'>): string[] {
  if (verdict === undefined) return [];
  const rows = verdictTable({ verdict });
  return [
    ...[...rows, ...(rows.length === 0 ? [] : ['']), verdict.words],
    ...verdict.answers.map(({ question, words }) => `${question} ${words}`),
  ];
}

/** What was measured, and how the intervals are to be read: sentences below the tables. */
export function measuredWords(verdict: Verdict): string {
  const { metric, split, tasks, margin, level, seeds } = verdict;
  const what = `${metric === 'accuracy' ? 'Accuracy' : 'Loss in nats a target'} on ${split} data, ${tasks.length > 1 ? 'mean over tasks' : 'task'}: ${taskWords(verdict)}.`;
  const matters =
    margin > 0
      ? ` A difference of at most ${verdictDifference(verdict, margin)} does not matter.`
      : ' Each difference matters.';
  const spent = ` At most ${seeds.length} seed${seeds.length === 1 ? '' : 's'} an arm: ${listWords(seeds.map(String))}.`;
  const looks = ` Intervals hold the difference in ${confidenceWords({ level })} of the cases, over all looks at one control; p is of one look.`;
  const errors = verdict.arms.some(({ results }) => results.length > 1)
    ? ' Behind ± is the standard error over seeds.'
    : '';
  return `${what}${matters}${spent}${errors}${verdict.comparisons.length === 0 ? '' : looks}`;
}

/** The rows of the arms under their head: what each is trained as, its size, and what it came to. Two columns of names. */
export function armCells(verdict: Verdict): string[][] {
  const rows = verdict.arms.map((arm) => [
    armTitles[arm.name],
    arm.method,
    formatCount(arm.parameters),
    formatCount(arm.layers),
    meanWords(verdict, arm),
    // With a space that does not break, so that a seed stays with its value.
    arm.results.map(({ seed, value }) => `${seed}:\u00a0${verdictValue(verdict, value)}`).join(', ') || '-',
    stepWords(arm),
    arm.results.length === 0 ? '-' : formatBytes(Math.max(...arm.results.map((one) => one.memoryBytes))),
  ]);
  return [
    ['arm', 'trained as', 'parameters', 'layers', verdict.metric, 'by seed', 's/step', 'memory'],
    ...rows,
  ];
}

/** The rows of the controls under their head: plan less control. One column of names. */
export function controlCells(verdict: Verdict): string[][] {
  const rows = verdict.comparisons.map((one) => [
    armTitles[one.control],
    signedDifference(verdict, one.difference),
    intervalWords(verdict, one.interval),
    pWords(one.p),
    callWords(one),
    String(one.seeds),
    ratioWords(one),
  ]);
  return [
    ['plan less', 'difference', `${confidenceWords(verdict)} interval`, 'p', 'call', 'seeds', 'step time'],
    ...rows,
  ];
}

/** "88.1 % ± 0.3": mean and standard error over seeds; of one seed the value alone. */
function meanWords(verdict: Verdict, arm: Arm): string {
  const value = armValue(arm);
  if (value === undefined) return '-';
  const mean = verdictValue(verdict, value.mean);
  if (arm.results.length < 2) return mean;
  return `${mean} ± ${verdictDifference(verdict, value.error).replace(' points', '')}`;
}

/** Seconds of a step, mean over the seeds of which it was measured. */
function stepWords({ results }: Arm): string {
  const measured = results.map(({ secondsPerStep }) => secondsPerStep).filter((seconds) => seconds > 0);
  if (measured.length === 0) return '-';
  const { mean } = meanAndError(measured);
  return mean.toFixed(mean < 0.1 ? 3 : 2);
}

/** "× 0.82": of a step of the control's. */
function ratioWords(comparison: Comparison): string {
  const ratio = timeRatio(comparison);
  return ratio === undefined ? '-' : `× ${ratio.toFixed(2)}`;
}
