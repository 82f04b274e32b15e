import { activityOf } from '../shared/activity';
import { doingWords } from '../shared/doingWords';
import { formatBytes, formatSpeed } from '../shared/format';
import { secondsLeft } from '../shared/pace';
import type { RunState } from '../shared/runState';
import { pausedWords } from '../shared/searchWords';
import { leftWords, roundedLeft } from '../shared/timeLeft';
import type { EngineState } from './engineClient/engineState';
import type { Job } from './runs/jobs';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
}

/**
 * What the status bar says: what is being done, else what it is done on.
 *
 * @param device the device of the newest run that named one
 * @param choice the setting
 * @param now in milliseconds
 */
export function statusText(
  engine: EngineState,
  job: Job | undefined,
  device: RunState['device'],
  choice: string,
  now = Date.now(),
): StatusText {
  if (engine.name === 'silent') {
    return {
      text: '$(warning) engine silent',
      tooltip: `The engine (process ${engine.pid}) gives no sign of life.`,
    };
  }
  if (job) return jobText(engine, job, now);
  if (engine.name === 'starting') {
    return { text: '$(sync~spin) starting engine', tooltip: 'Adapter Lab starts its engine.' };
  }
  if (engine.name === 'failed') {
    return {
      text: '$(beaker) engine ended',
      tooltip: `${engine.error.message} The next command starts another.`,
    };
  }
  if (!device) return { text: `$(beaker) ${choice}`, tooltip: `Adapter Lab: device ${choice}` };
  const speed = device.gflops > 0 ? ` ${formatSpeed(device.gflops)}` : '';
  return {
    text: `$(beaker) ${device.name}${speed}`,
    tooltip: `Adapter Lab: ${device.name}, ${device.description}`,
  };
}

function jobText(engine: EngineState, { state, stopping }: Job, now: number): StatusText {
  const stage = engine.name === 'starting' ? 'starting engine' : doingWords(state);
  const device = state.device ? ` on ${state.device.name}` : '';
  const memory = state.estimate ? `, about ${formatBytes(state.estimate.memoryBytes)}` : '';
  const isAtRest = pausedWords(state) !== undefined && !stopping;
  return {
    text: `$(${isAtRest ? 'debug-pause' : 'sync~spin'}) ${stopping ? 'stopping' : stage}`,
    tooltip: `Adapter Lab: ${activityOf(state)} ${state.experiment}${device}${memory}${leftOf(state, now)}`,
  };
}

function leftOf({ pace }: RunState, now: number): string {
  const left = secondsLeft(pace, now);
  return left === undefined ? '' : `, ${leftWords(roundedLeft(left))}`;
}
