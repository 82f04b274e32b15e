import { basename } from 'node:path';
import { experimentName } from '../../files/runs';
import { agoWords } from '../../shared/ago';
import { formatSeconds } from '../../shared/format';
import { jobTitles } from '../../shared/jobTitles';
import { code, lines, plain } from '../../shared/markdown';
import type { ExperimentNode, FolderNode, PartNode } from './nodes';
import type { RunFacts } from './runFacts';
import { holds, type Part, type PartKind } from './runParts';

/** What a row shows and is, without VS Code. */
export interface ItemText {
  readonly label: string;
  readonly description: string;
  /** Markdown. */
  readonly tooltip: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** A product icon, with a color of the theme. */
  readonly icon: string;
  readonly color?: string;
  /** Words, by which menus find the rows that they are for. */
  readonly context: string;
  readonly children: 'none' | 'closed' | 'open';
}

const statusWords: Readonly<Record<RunFacts['status'], string>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'stopped',
  unreadable: 'cannot be read',
};

/** Color is never alone: each has a form of its own. */
const statusIcons: Readonly<Record<RunFacts['status'], readonly [icon: string, color: string]>> = {
  running: ['sync~spin', 'charts.blue'],
  done: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  cancelled: ['circle-slash', 'testing.iconSkipped'],
  unreadable: ['warning', 'problemsWarningIcon.foreground'],
};

const pausedIcon = ['debug-pause', 'charts.yellow'] as const;

const partIcons: Readonly<Record<PartKind, string>> = {
  ...{ scores: 'graph', task: 'tag', plan: 'layers', trials: 'list-ordered', trial: 'circle-outline' },
  ...{ verdict: 'law', adapters: 'package', adapter: 'package', report: 'book', folder: 'folder' },
};

const trialIcons: Readonly<
  Record<NonNullable<Part['trial']>['state'], readonly [icon: string, color?: string]>
> = {
  proposed: ['circle-outline'],
  running: ['sync~spin', 'charts.blue'],
  done: ['pass', 'testing.iconPassed'],
  pruned: ['circle-slash', 'testing.iconSkipped'],
  failed: ['error', 'testing.iconFailed'],
};

/** @param now in milliseconds */
export function runItem(facts: RunFacts, now: number): ItemText {
  const { status, recorded, elsewhere, stopping, paused, resumable, hasReport, hasPlan } = facts;
  const label = runLabel(facts, now);
  const words = [...(facts.words === '' ? [] : [facts.words]), ...(recorded ? ['recorded'] : [])].join(' · ');
  const [icon, color] = paused === true && !stopping ? pausedIcon : statusIcons[status];
  const isMine = status === 'running' && !elsewhere;
  const tokens = [
    ...['run', status],
    ...(isMine && !stopping ? ['stoppable'] : []),
    ...(paused === undefined || stopping ? [] : [paused ? 'paused' : 'pausable']),
    ...(status === 'running' ? [] : ['deletable']),
    ...(resumable ? ['resumable'] : []),
    ...(hasReport ? ['report'] : []),
    ...(hasPlan ? ['planned'] : []),
  ];
  return {
    ...{ label, description: words, icon, color, context: tokens.join(' '), children: 'closed' },
    spoken: [label, statusWords[status], ...(words === '' ? [] : [words])].join(', '),
    tooltip: runTooltip(facts),
  };
}

/** "Score, 3 minutes ago" */
export const runLabel = ({ job, began }: RunFacts, now: number): string =>
  `${job === undefined ? 'Run' : jobTitles[job]}, ${agoWords(began, now)}`;

function runTooltip(facts: RunFacts): string {
  const { job, status, experiment, folder, began, seconds, device, model, tasks, words } = facts;
  const where = facts.elsewhere ? ', by another program' : '';
  const recorded = facts.recorded ? ' (recorded: it came with the sample)' : '';
  const time = new Date(began).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  return lines(
    `**${job === undefined ? 'Run' : jobTitles[job]}** of ${code(basename(experiment))}: ${statusWords[status]}${where}${recorded}`,
    [
      `Began ${time}`,
      ...(seconds === undefined ? [] : [`Took ${formatSeconds(seconds)}`]),
      ...(words === '' ? [] : [plain(words)]),
      ...(device === undefined ? [] : [`Device ${code(device)}`]),
      ...(model === undefined || model === '' ? [] : [`Model ${code(model)}`]),
      ...(tasks.length === 0
        ? []
        : [`${tasks.length === 1 ? 'Task' : 'Tasks'} ${tasks.map(code).join(', ')}`]),
      code(basename(folder)),
    ],
  );
}

/** @param isGoing whether a run of it goes on */
export function experimentItem({ path, where, runs, isAlone }: ExperimentNode, isGoing: boolean): ItemText {
  const label = experimentName(path);
  const count = runs === 0 ? 'no run yet' : runs === 1 ? '1 run' : `${runs} runs`;
  const description = [...(where === '' ? [] : [where]), ...(runs === 0 ? [count] : [])].join(' · ');
  return {
    ...{ label, description, icon: 'beaker', context: 'experiment path' },
    spoken: [label, 'experiment', ...(where === '' ? [] : [where]), count].join(', '),
    tooltip: lines(`**${plain(label)}**`, [code(path), count]),
    children: runs === 0 ? 'none' : isAlone || isGoing ? 'open' : 'closed',
  };
}

export const folderItem = ({ name, path }: FolderNode): ItemText => ({
  ...{ label: name, description: '', icon: 'root-folder', context: 'folder', children: 'open' },
  spoken: `${name}, folder`,
  tooltip: code(path),
});

/** Parts whose file or folder is worth showing or copying by itself. */
const withPath: readonly PartKind[] = [
  'plan',
  'verdict',
  'adapters',
  'adapter',
  'report',
  'folder',
  'scores',
];

export function partItem({ part }: PartNode): ItemText {
  const { kind, label, description, detail, path, trial } = part;
  const [icon, color] =
    trial === undefined ? [partIcons[kind]] : trial.isBest ? bestIcon : trialIcons[trial.state];
  return {
    ...{ label, description, icon, ...(color === undefined ? {} : { color }) },
    context: ['part', kind, ...(withPath.includes(kind) ? ['path'] : [])].join(' '),
    children: holds(kind) ? 'closed' : 'none',
    spoken: [label, ...(description === '' ? [] : [description])].join(', '),
    tooltip: lines(`**${plain(label)}**`, [
      ...[description, detail].filter((text) => text !== '').map(plain),
      ...(withPath.includes(kind) ? [code(path)] : []),
    ]),
  };
}

const bestIcon = ['star-full', 'charts.yellow'] as const;
