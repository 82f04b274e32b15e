import { agoWords } from '../../src/shared/ago';
import { leftPiecesWords, piecesWords } from '../../src/shared/executorWords';
import { experimentEnding } from '../../src/shared/ids';
import { capital, formatBytes, formatCount, formatSeconds } from '../../src/shared/format';
import { jobTitles } from '../../src/shared/jobTitles';
import { outcomeWords } from '../../src/shared/outcomeWords';
import { secondsLeft } from '../../src/shared/pace';
import { progressOf, type RunState } from '../../src/shared/runState';
import { pausedWords, pausesSoon } from '../../src/shared/searchWords';
import { leftWords, roundedLeft } from '../../src/shared/timeLeft';
import type { TrialState } from '../../src/shared/trialState';
import { judgingWords } from '../../src/shared/verdictWords';
import type { RunHeading } from '../../src/shared/webviewProtocol';
import { layerRows, type LayerRow } from './layers';
import { fileName } from './paths';
import { remembered } from './remembered';
import { scoreView, type ScoreView } from './scores';
import { stageTitle } from './status';
import { elapsed } from './view';

/** What the side bar's page knows of the run that it shows. */
export interface LiveRun {
  readonly heading: RunHeading;
  readonly trusted: boolean;
  readonly run: RunState;
  /** Somebody asked its search to pause. */
  readonly isPauseAsked?: boolean;
}

/** All that its parts draw from. */
export interface LiveView extends LiveRun {
  /** Whether there is an experiment to run, a run of it, and whether that goes on. */
  readonly phase: 'no-experiment' | 'no-run' | 'running' | 'ended';
  /** "mail · Rank search", and behind its end "mail · Rank search, 3 minutes ago". */
  readonly title: string;
  readonly badge: string;
  /** Of a search that runs, where this window may ask for something: one button that holds it back, or has it go on. */
  readonly pause: LivePause | undefined;
  readonly stage: string;
  /** Where in the stage; empty where that is not known. */
  readonly step: string;
  /** 0 to 1. */
  readonly share: number;
  readonly time: string;
  /** Seconds left as they are shown, to be handed in the next time. */
  readonly left: number | undefined;
  /** What came of a run that has ended, a sentence. */
  readonly outcome: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly scores: ScoreView;
  readonly layers: readonly LayerRow[];
}

export interface LivePause {
  readonly label: 'Pause' | 'Resume';
  /** That what was asked for is to come, a sentence. */
  readonly words: string | undefined;
}

/**
 * @param now in milliseconds
 * @param shown seconds left as they are shown now
 */
export function liveView(live: LiveRun, now: number, shown?: number): LiveView {
  const { heading, run } = live;
  const phase = phaseOf(heading, run);
  const left = phase === 'running' ? leftOf(run, now, shown) : undefined;
  const { modules, tasks, model, plan } = run;
  const { scores, layers } = scored(modules, tasks, model, plan);
  return {
    ...live,
    ...{ phase, left, scores, layers },
    title: titleOf(heading, run, phase, now),
    badge: heading.recorded ? 'Recorded' : badges[run.status],
    pause: pauseOf(live, phase),
    stage: stageOf(run),
    step: stepOf(run),
    share: progressOf(run),
    time: phase === 'running' ? timeText(run, now, left) : '',
    outcome: outcomeOf(run),
    facts: factsOf(run),
  };
}

/** What takes time in a large model; the clock moves on without it. */
const scored = remembered(
  (
    modules: RunState['modules'],
    tasks: RunState['tasks'],
    model: RunState['model'],
    plan: RunState['plan'],
  ): Pick<LiveView, 'scores' | 'layers'> => {
    const scores = scoreView({ modules, tasks }, undefined);
    return { scores, layers: layerRows({ modules, model, plan }, scores) };
  },
);

const badges: Readonly<Record<RunState['status'], string>> = {
  ...{ empty: '', running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Stopped' },
};

function phaseOf({ experiment }: RunHeading, { status }: RunState): LiveView['phase'] {
  if (status === 'running') return 'running';
  if (status !== 'empty') return 'ended';
  return experiment === '' ? 'no-experiment' : 'no-run';
}

function titleOf(
  { experiment }: RunHeading,
  { job, finishedAt }: RunState,
  phase: LiveView['phase'],
  now: number,
): string {
  const name = fileName(experiment).replace(experimentEnding, '');
  const title = `${name} · ${job === undefined ? 'Run' : jobTitles[job]}`;
  const ended = Date.parse(finishedAt ?? '');
  return phase === 'ended' && !Number.isNaN(ended) ? `${title}, ${agoWords(ended, now)}` : title;
}

function pauseOf({ trusted, run, isPauseAsked }: LiveRun, phase: LiveView['phase']): LivePause | undefined {
  if (!trusted || phase !== 'running' || run.search === undefined || run.searchEnd !== undefined)
    return undefined;
  const { paused } = run.search;
  const holds = paused || isPauseAsked === true;
  return { label: holds ? 'Resume' : 'Pause', words: holds && !paused ? pausesSoon : undefined };
}

function stageOf(run: RunState): string {
  const paused = pausedWords(run);
  if (paused !== undefined) return capital(paused);
  return run.stage === undefined ? 'Starting' : stageTitle(run, run.stage);
}

/** Steps of the stages that take time; what an earlier stage was at says nothing of the others. */
function stepOf(run: RunState): string {
  const { stage, step, tasks, search, trials } = run;
  if (stage === 'score') return step === undefined ? samplesText(tasks) : capital(step);
  const trial = trials.at(-1);
  const judged = judgingWords(run);
  if (judged !== undefined) return capital(trial === undefined ? judged : `${judged}, ${stepWords(trial)}`);
  if ((stage !== 'train' && stage !== 'search') || trial === undefined || search?.paused === true) return '';
  const words = stepWords(trial);
  return search === undefined ? `${capital(trial.name)}, ${words}` : capital(words);
}

const stepWords = ({ step, steps }: TrialState): string =>
  `step ${formatCount(step)} of ${formatCount(steps)}`;

/** How many samples of all tasks are done, where no step says more. */
function samplesText(tasks: RunState['tasks']): string {
  const sum = (of: 'samplesDone' | 'samplesTotal'): number => tasks.reduce((all, task) => all + task[of], 0);
  const done = sum('samplesDone');
  const isKnown = tasks.every(({ samplesTotal }) => samplesTotal > 0);
  if (done === 0) return '';
  return `${formatCount(done)}${isKnown ? ` of ${formatCount(sum('samplesTotal'))}` : ''} samples`;
}

function leftOf({ pace }: RunState, now: number, shown: number | undefined): number | undefined {
  const seconds = secondsLeft(pace, now);
  return seconds === undefined ? undefined : roundedLeft(seconds, shown);
}

/** "41 s, about 50 s left": before a pace is known, what was foreseen of the whole. */
function timeText(run: RunState, now: number, left: number | undefined): string {
  const passed = elapsed(run, now);
  const since = passed === undefined ? '' : formatSeconds(Math.floor(passed) || 0);
  const { estimate, untilSure, resumedAt } = run;
  const how = untilSure === undefined ? 'about' : 'at most';
  // A search scores first, and how long its trials take is not known by then.
  const isFirstPart = run.job === 'search' && run.search === undefined;
  if (left !== undefined) return `${since}, ${leftWords(left, how)}${isFirstPart ? ' of scoring' : ''}`;
  const isFirst = resumedAt === undefined && run.pace === undefined && run.search === undefined;
  // What has taken longer than was foreseen will not take that.
  const isForeseen = isFirst && !isFirstPart && estimate !== undefined && (passed ?? 0) < estimate.seconds;
  return isForeseen ? `${since} of ${how} ${formatSeconds(estimate.seconds)}` : since;
}

function outcomeOf(run: RunState): string {
  const { status, actual } = run;
  if (status === 'failed' || status === 'empty' || status === 'running') return '';
  const words = outcomeWords(run);
  if (status === 'cancelled') {
    return words === '' ? 'Stopped.' : `Stopped: ${words}.`;
  }
  const time = actual === undefined ? '' : ` in ${formatSeconds(actual.seconds)}`;
  return `Done${time}${words === '' ? '.' : `: ${words}.`}`;
}

function factsOf({ device, memory, actual, model, pieces, status }: RunState): LiveView['facts'] {
  const used =
    actual !== undefined
      ? `${formatBytes(actual.memoryBytes)} at its peak`
      : memory === undefined
        ? undefined
        : `about ${formatBytes(memory.processBytes * memory.processes)}${memory.card === undefined ? '' : ` of ${memory.card}`}`;
  const words = status === 'running' ? piecesWords : leftPiecesWords;
  return [
    ...(device === undefined ? [] : ([['Device', `${device.name}, ${device.description}`]] as const)),
    ...(model === undefined ? [] : ([['Model', `${fileName(model.name)}, ${model.layers} layers`]] as const)),
    ...(used === undefined ? [] : ([['Memory', used]] as const)),
    ...(pieces === undefined ? [] : ([['Jobs', words(pieces)]] as const)),
  ];
}
