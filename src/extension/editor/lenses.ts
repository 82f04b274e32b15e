import type { ExperimentAnchors } from '../../configs/experiment/locate';
import { judgingWords, verdictTag } from '../../shared/verdictWords';
import type { Verdict } from '../../shared/verdict';
import type { Target } from '../commands/target';
import type { CommandId } from '../../shared/ids';
import { capital } from '../../shared/format';
import { activityOf } from '../../shared/activity';
import { progressOf } from '../../shared/runState';
import { pausedWords, trialWords } from '../../shared/searchWords';
import { lossOf } from '../../shared/trialState';
import type { Job } from '../runs/jobs';
import { keyLine } from './keyLine';

export interface Lens {
  /** Zero-based. */
  readonly line: number;
  readonly title: string;
  readonly tooltip: string;
  readonly command: CommandId;
  /** What the command is about, where that is not the experiment alone. */
  readonly target?: Omit<Target, 'experiment'>;
}

/** A run that has judged the plan that stands in the text. */
export interface JudgedRun {
  /** Absolute path of its folder. */
  readonly run: string;
  readonly verdict: Verdict;
}

/**
 * The lenses of an experiment: what starts above the block that it reads, and while its job runs, how far that is and the
 * way to stop it in the same place, so that the text does not move.
 *
 * @param job the job of this very experiment, if it runs
 * @param judged the newest run that has judged its plan, if there is one
 */
export function lensesOf(
  text: string,
  anchors: ExperimentAnchors,
  job: Pick<Job, 'state' | 'stopping'> | undefined,
  judged?: JudgedRun,
): Lens[] {
  const line = anchors.score?.line ?? keyLine(text, 'tasks') ?? 0;
  const trainLine = anchors.train?.line ?? line;
  const searchLine = anchors.search?.line;
  if (job) {
    const judgeLine = anchors.plan?.line ?? trainLine;
    const others = { training: trainLine, judging: judgeLine };
    const lines = { scoring: line, searching: searchLine ?? line, ...others };
    return [...runningLenses(lines[activityOf(job.state)], job), ...planLenses(anchors)];
  }
  return [
    {
      line,
      title: '$(play) Score Layers',
      tooltip: 'Measure how much the tasks depend on each layer and module',
      command: 'adapterLab.scoreLayers',
    },
    {
      line,
      title: 'Run Experiment',
      tooltip:
        searchLine === undefined
          ? 'Score the layers, then allocate under the budget and write the plan'
          : 'Score the layers, then search the rank and write the plan of the best trial',
      command: 'adapterLab.runExperiment',
    },
    ...(searchLine === undefined ? [] : [searchLens(searchLine)]),
    {
      line: trainLine,
      title: 'Train',
      tooltip: 'Train adapters by the plan, or without one on all targets alike, once for each seed',
      command: 'adapterLab.train',
    },
    ...planLenses(anchors),
    ...judgeLenses(anchors, judged),
  ];
}

/** How far a job is, as the lens says it. */
export function progressTitle({ state, stopping }: Pick<Job, 'state' | 'stopping'>): string {
  if (stopping) return '$(sync~spin) Stopping';
  const percent = `${Math.floor(progressOf(state) * 100)} %`;
  const paused = pausedWords(state);
  if (paused !== undefined) return `$(debug-pause) ${capital(paused)}`;
  const judging = judgingWords(state);
  if (judging !== undefined) return `$(sync~spin) Judging: ${judging}`;
  const trial = trialWords(state);
  if (trial !== undefined) return `$(sync~spin) Searching: ${trial}`;
  if (state.job === 'judge') return `$(sync~spin) Judging ${percent}`;
  if (state.job !== 'train') return `$(sync~spin) Scoring ${percent}`;
  const loss = lossOf(state);
  return `$(sync~spin) Training ${percent}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`;
}

const searchLens = (line: number): Lens => ({
  line,
  title: 'Search Ranks',
  tooltip: 'Score the layers, then train and judge trials, and write the plan of the best one',
  command: 'adapterLab.searchRanks',
});

function runningLenses(line: number, job: Pick<Job, 'state' | 'stopping'>): Lens[] {
  const progress: Lens = {
    line,
    title: progressTitle(job),
    tooltip: 'Show the run',
    command: 'adapterLab.showAllocationMap',
  };
  const stop: Lens = { line, title: 'Stop', tooltip: 'Stop the run', command: 'adapterLab.stop' };
  return job.stopping ? [progress] : [progress, stop];
}

function planLenses({ budget, plan }: ExperimentAnchors): Lens[] {
  const allocate: Lens[] = budget
    ? [
        {
          line: budget.line,
          title: 'Allocate',
          tooltip: 'Make the plan anew from the newest scores and write it below',
          command: 'adapterLab.allocate',
        },
      ]
    : [];
  const commit: Lens[] = plan
    ? [
        {
          line: plan.line,
          title: 'Commit Plan',
          tooltip: 'Commit this file with where its plan comes from',
          command: 'adapterLab.commitPlan',
        },
        {
          line: plan.line,
          title: 'Show Allocation Map',
          tooltip: 'Show scores and plan, layer by module',
          command: 'adapterLab.showAllocationMap',
        },
      ]
    : [];
  return [...allocate, ...commit];
}

function judgeLenses({ plan }: ExperimentAnchors, judged: JudgedRun | undefined): Lens[] {
  if (plan === undefined) return [];
  const { line } = plan;
  const judge: Lens = {
    line,
    title: 'Judge',
    tooltip: 'Train the plan and its controls over the same seeds, and say whether the plan is better',
    command: 'adapterLab.judge',
  };
  const tag = verdictTag(judged?.verdict);
  if (judged === undefined || tag === undefined) return [judge];
  const { run, verdict } = judged;
  const command = 'adapterLab.showAllocationMap';
  return [
    judge,
    { line, title: capital(tag), tooltip: verdict.words, command, target: { run, tab: 'verdict' } },
  ];
}
