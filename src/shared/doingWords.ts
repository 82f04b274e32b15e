import { progressOf, type RunState } from './runState';
import { bestSearched, metricWords, pausedWords, trialWords } from './searchWords';
import { lossOf } from './trialState';
import { judgingWords } from './verdictWords';

/** "scoring 45 %", "searching: trial 3 of 8": what a run that goes on is doing, for the status bar. */
export function doingWords(state: RunState): string {
  const { stage, job } = state;
  const paused = pausedWords(state);
  if (paused !== undefined) return paused;
  const judged = judgingWords(state);
  if (judged !== undefined) return `judging: ${judged}`;
  const trial = trialWords(state);
  // Each trial has its own stages; which trial it is says more.
  if (trial !== undefined && (stage === 'search' || stage === 'train')) return `searching: ${trial}`;
  switch (stage) {
    case 'probe':
      return 'trying devices';
    case 'load':
      return 'loading model';
    case 'write':
    case 'report':
      return 'writing';
    default:
      return `${ofJob(job)} ${Math.floor(progressOf(state) * 100)} %`;
  }
}

/** What a job does whose stage says no more. */
const ofJob = (job: RunState['job']): string =>
  job === 'train' ? 'training' : job === 'judge' ? 'judging' : 'scoring';

/** The same with what came of it so far, for lists: "trial 3 of 8, best 40.4 %", "training 45 %, loss 1.234". */
export function doingWithResults(state: RunState): string {
  const paused = pausedWords(state);
  if (paused !== undefined) return paused;
  const judged = judgingWords(state);
  if (judged !== undefined) return `judging: ${judged}`;
  const trial = trialWords(state);
  const best = bestSearched(state);
  if (trial !== undefined) {
    return best?.value === undefined ? trial : `${trial}, best ${metricWords(best.metric, best.value)}`;
  }
  const loss = state.job === 'train' && state.stage === 'train' ? lossOf(state) : undefined;
  return `${doingWords(state)}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`;
}
