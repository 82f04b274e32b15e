import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pairScores } from '../../../src/judging/pairedScores';
import { judge } from '../../../src/judging/judgement';
import { table } from '../../../src/planning/table';
import { formatCount } from '../../../src/shared/format';
import { meanAndError } from '../../../src/shared/meanAndError';
import { median } from '../../results';
import { cellNames, controlOf, shares, type CellName, type Share } from './cells';
import type { Row } from './rows';

const file = path.resolve(__dirname, '../../evidence/README.md');
const percent = (share: number): string => (100 * share).toFixed(1);

const intro = `# Evidence

Made by \`npm run bench -- evidence\` from \`rows.jsonl\`, a row a training: the sample's model (8 layers), one task at a time, some
160 steps of 8 samples, learning rate 5e-3; test accuracy of the adapter that was best on 40 validation samples, means over seeds, of
which the number stands in brackets. FLoE (two experts of rank 8 in q, v and down projections) keeps 25 % or 50 % of the layers by scores of
128 training samples; every other method has as many parameters, or as few less as its ranks allow, but for \`all-layers\`, which has
FLoE's row in every layer. \`uniform\` is FLoE's form in all layers: in that size one expert a module, which is plain LoRA and so the same
as \`lora\`. LoRA-SMoE has experts of rank 2, and votes of four parts of the one task's samples.

Differences, of accuracy in points and of the loss of a label's tokens, are against \`uniform\` or, for what has no experts, \`lora\`; means
over tasks, with the 95 % interval over seeds and test examples that the verdict uses. \`+\` better, \`−\` worse, \`=\` no difference
found. Times are medians of whole trainings, on a machine that did other work meanwhile.
`;

/** Writes the tables of all cells that are there. */
export function writeTables(rows: readonly Row[]): void {
  const parts = shares.flatMap((share) => tableOf(rows, share));
  writeFileSync(file, `${[intro, ...parts].join('\n')}\n`);
}

function tableOf(rows: readonly Row[], share: Share): string[] {
  const tasks = [...new Set(rows.map(({ task }) => task))];
  const of = (cell: CellName, task: string): Row[] =>
    rows
      .filter((row) => row.cell === cell && row.share === share && row.task === task)
      .sort((a, b) => a.seed - b.seed);
  const lines = cellNames.flatMap((cell) => {
    const mine = tasks.flatMap((task) => of(cell, task));
    if (mine.length === 0) return [];
    const values = tasks.map((task) => {
      const { mean } = meanAndError(of(cell, task).map(({ accuracy }) => accuracy));
      return of(cell, task).length === 0 ? '-' : `${percent(mean)} (${of(cell, task).length})`;
    });
    const parameters = Math.round(meanAndError(mine.map((row) => row.parameters)).mean);
    const seconds = median(mine.map((row) => row.seconds));
    const differences = (['accuracy', 'loss'] as const).map((metric) => difference(metric, cell, tasks, of));
    return [[cell, formatCount(parameters), ...values, ...differences, `${seconds.toFixed(0)} s`]];
  });
  if (lines.length === 0) return [];
  const head = ['method', 'parameters', ...tasks, 'accuracy, points', 'loss', 'time'];
  return [`## ${100 * share} % of layers\n`, ...table([head, ...lines], 1), ''];
}

/** Against the control, over the tasks and seeds that both have. */
function difference(
  metric: 'accuracy' | 'loss',
  cell: CellName,
  tasks: readonly string[],
  of: (cell: CellName, task: string) => Row[],
): string {
  const control = controlOf(cell);
  if (cell === control) return '';
  const both = tasks.map((task) => {
    const theirs = of(control, task);
    return of(cell, task).flatMap((ours) => {
      const other = theirs.find(({ seed }) => seed === ours.seed);
      return other === undefined ? [] : [{ ours, theirs: other }];
    });
  });
  const seeds = Math.min(...both.map((pairs) => pairs.length));
  if (seeds < 2) return '';
  const valuesOf = (which: 'ours' | 'theirs') =>
    both.map((pairs) => ({
      values: pairs
        .slice(0, seeds)
        .map((pair) => (metric === 'accuracy' ? [...pair[which].hits].map(Number) : pair[which].losses)),
      ...(metric === 'loss' ? { counts: pairs[0]?.ours.targets } : {}),
    }));
  const scores = pairScores(valuesOf('ours'), valuesOf('theirs'));
  const { difference: mean, interval, call } = judge(scores, { seeds, moreIsBetter: metric === 'accuracy' });
  const words = (value: number): string =>
    (metric === 'accuracy' ? percent(value) : value.toFixed(3)).replace('-', '−');
  const sign = { better: '+', worse: '−', none: '=' }[call];
  return `${words(mean)} (${interval.map(words).join(' to ')}) ${sign}`;
}
