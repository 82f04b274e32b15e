import { formatCount, formatSeconds } from '../../src/shared/format';
import type { Stage } from '../../src/shared/runEvents';
import { progressOf, type RunState } from '../../src/shared/runState';
import type { PageView } from './view';

const statusTitles: Readonly<Record<RunState['status'], string>> = {
  empty: 'No run yet',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const stageTitles: Readonly<Record<Stage, string>> = {
  probe: 'Starting the device',
  load: 'Loading the model',
  score: 'Scoring layers',
  allocate: 'Allocating adapters',
  search: 'Searching the rank',
  train: 'Training',
  write: 'Writing the plan',
  report: 'Writing the report',
};

/** The words of the status badges. */
export function badges(view: PageView): string[] {
  const status = statusTitles[view.run.status];
  return view.heading.recorded ? [status, 'Recorded run'] : [status];
}

/** What the run is doing now, or how it ended, as one short sentence. */
export function stageText(run: RunState): string {
  switch (run.status) {
    case 'empty':
      return 'No run yet.';
    case 'running':
      return run.stage === undefined ? 'Starting …' : `${stageTitles[run.stage]}${stepText(run)} …`;
    case 'done':
      return 'Done.';
    case 'failed':
      return run.stage === undefined ? 'Failed.' : `Failed while ${lowerFirst(stageTitles[run.stage])}.`;
    case 'cancelled':
      return `Cancelled${samplesText(run)}.`;
  }
}

/** "Elapsed 12 s of about 1 min 15 s", as far as it is known; empty when the run has ended. */
export function elapsedText(view: PageView): string {
  if (view.elapsedSeconds === undefined) return '';
  const about = view.run.estimate ? ` of about ${formatSeconds(view.run.estimate.seconds)}` : '';
  return `${formatSeconds(Math.floor(view.elapsedSeconds) || 0)}${about}`;
}

/** What a screen reader hears as the run goes on; coarse, so that it changes seldom. */
export function announcement(run: RunState): string {
  if (run.status === 'empty') return '';
  if (run.status === 'failed') return `Run failed. ${run.error?.message ?? ''}`.trim();
  if (run.status !== 'running' || run.stage !== 'score') return stageText(run);
  return `Scoring layers, ${Math.round(progressOf(run) * 100)} % done.`;
}

/** Which block a run is at, where it goes block by block. */
const stepText = ({ stage, step }: RunState): string =>
  stage === 'score' && step !== undefined ? `: ${step}` : '';

function samplesText(run: RunState): string {
  const done = run.tasks.reduce((sum, task) => sum + task.samplesDone, 0);
  return done > 0 ? ` after ${formatCount(done)} samples` : '';
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
