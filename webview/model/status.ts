import { capital, formatCount, formatSeconds } from '../../src/shared/format';
import type { Stage } from '../../src/shared/runEvents';
import { progressOf, type RunState } from '../../src/shared/runState';
import { pausedWords, trialWords } from '../../src/shared/searchWords';
import { judgingWords } from '../../src/shared/verdictWords';
import type { PageView } from './view';

const statusTitles: Readonly<Record<RunState['status'], string>> = {
  empty: 'No run yet',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
};

const stageTitles: Readonly<Record<Stage, string>> = {
  probe: 'Starting the device',
  load: 'Loading the model',
  score: 'Scoring layers',
  allocate: 'Allocating adapters',
  search: 'Searching ranks',
  train: 'Training',
  judge: 'Judging',
  write: 'Writing the plan',
  report: 'Writing the report',
};

/** The words of the status badges. */
export function badges(view: PageView): string[] {
  const status = { run: statusTitles[view.run.status], plan: 'Plan file', adapter: 'Adapter' }[
    view.heading.kind
  ];
  return view.heading.recorded ? [status, 'Recorded run'] : [status];
}

/** What the run is doing now, or how it ended, as one short sentence. */
export function stageText(run: RunState): string {
  const paused = pausedWords(run);
  switch (run.status) {
    case 'empty':
      return 'No run yet.';
    case 'running':
      if (paused !== undefined) return `${capital(paused)}.`;
      return run.stage === undefined ? 'Starting …' : `${stageTitle(run, run.stage)}${stepText(run)} …`;
    case 'done':
      return 'Done.';
    case 'failed':
      return run.stage === undefined ? 'Failed.' : `Failed while ${lowerFirst(stageTitle(run, run.stage))}.`;
    case 'cancelled':
      return `Stopped${samplesText(run)}.`;
  }
}

/** "Elapsed 12 s of about 1 min 15 s", as far as it is known; empty when the run has ended. */
export function elapsedText(view: PageView): string {
  if (view.elapsedSeconds === undefined) return '';
  const { estimate, untilSure } = view.run;
  const most = untilSure === undefined ? 'about' : 'at most';
  const about = estimate ? ` of ${most} ${formatSeconds(estimate.seconds)}` : '';
  return `${formatSeconds(Math.floor(view.elapsedSeconds) || 0)}${about}`;
}

/** What a screen reader hears as the run goes on; coarse, so that it changes seldom. */
export function announcement(run: RunState): string {
  if (run.status === 'empty') return '';
  if (run.status === 'failed') return `Run failed. ${run.error?.message ?? ''}`.trim();
  const trial = trialWords(run);
  const paused = pausedWords(run);
  if (paused !== undefined) return `${capital(paused)}.`;
  const judged = judgingWords(run);
  if (judged !== undefined) return `Judging, ${judged}.`;
  if (run.status === 'running' && trial !== undefined && isOfTrials(run)) return `Searching ranks, ${trial}.`;
  if (run.status !== 'running' || run.stage !== 'score') return stageText(run);
  return `Scoring layers, ${Math.round(progressOf(run) * 100)} % done.`;
}

/** Each trial of a search has stages of its own. */
const isOfTrials = ({ search, stage }: RunState): boolean =>
  search !== undefined && (stage === 'probe' || stage === 'search' || stage === 'train');

/** "Scoring layers": what a run does at a stage. Each training of a plan and its controls has stages of its own, too. */
export const stageTitle = (run: RunState, stage: Stage): string =>
  stageTitles[judgingWords(run) !== undefined ? 'judge' : isOfTrials(run) ? 'search' : stage];

/** Which block a run is at, where it goes block by block; which trial and step, where it searches. */
function stepText(run: RunState): string {
  const { stage, step } = run;
  const judged = judgingWords(run);
  if (judged !== undefined) return `: ${judged}`;
  if (isOfTrials(run)) return `: ${step ?? trialWords(run)}`;
  return stage === 'score' && step !== undefined ? `: ${step}` : '';
}

function samplesText(run: RunState): string {
  const done = run.tasks.reduce((sum, task) => sum + task.samplesDone, 0);
  return done > 0 ? ` after ${formatCount(done)} samples` : '';
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
