import { formatCount } from '../../src/shared/format';
import { estimatorWords } from '../../src/shared/estimatorWords';
import { memoryWords } from '../../src/shared/memoryWords';
import type { RunState } from '../../src/shared/runState';
import type { RunHeading } from '../../src/shared/webviewProtocol';
import { h, rebuild, show } from '../dom';
import { definitions } from './definitions';
import { section, type Part } from './part';

const jobTitles = {
  score: 'Score Layers',
  allocate: 'Allocate',
  run: 'Run Experiment',
  train: 'Train',
  search: 'Search Ranks',
  judge: 'Judge',
};

/** Where the numbers come from: what ran, when, on what. */
export function facts(): Part {
  const list = h('div');
  const element = section('Run', 'facts', list);
  return {
    element,
    update: ({ heading, run }) => {
      show(element, run.status !== 'empty');
      const lines = factLines(heading, run);
      rebuild(list, lines, () => [definitions(lines)]);
    },
  };
}

function factLines(heading: RunHeading, run: RunState): [string, string][] {
  const line = (name: string, value: string | undefined): [string, string][] =>
    value ? [[name, value]] : [];
  const started = run.startedAt === undefined ? Number.NaN : Date.parse(run.startedAt);
  return [
    ...line('Job', run.job && jobTitles[run.job]),
    ...line('Run', heading.run),
    ...line('Started', Number.isNaN(started) ? undefined : new Date(started).toLocaleString()),
    ...line('Model', run.model?.name),
    ...line('Scores', run.labels && estimatorWords(run.estimator, run.labels)),
    ...line('Modules', run.modules.length > 0 ? formatCount(run.modules.length) : undefined),
    ...line('Device', run.device?.name),
    ...line('Memory', run.memory && memoryWords(run.memory)),
    ...line('Tasks', run.tasks.map((task) => task.name).join(', ')),
  ];
}
