import { formatBytes, formatSpeed } from '../shared/format';
import { progressOf, type RunState } from '../shared/runState';
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
 */
export function statusText(
  engine: EngineState,
  job: Job | undefined,
  device: RunState['device'],
  choice: string,
): StatusText {
  if (engine.name === 'silent') {
    return {
      text: '$(warning) engine silent',
      tooltip: `The engine (process ${engine.pid}) gives no sign of life.`,
    };
  }
  if (job) return jobText(engine, job);
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

function jobText(engine: EngineState, { state, stopping }: Job): StatusText {
  const percent = `${Math.floor(progressOf(state) * 100)} %`;
  const stage = engine.name === 'starting' ? 'starting engine' : stageText(state, percent);
  const device = state.device ? ` on ${state.device.name}` : '';
  const memory = state.estimate ? `, about ${formatBytes(state.estimate.memoryBytes)}` : '';
  return {
    text: `$(sync~spin) ${stopping ? 'stopping' : stage}`,
    tooltip: `Adapter Lab: ${state.job === 'train' ? 'training' : 'scoring'} ${state.experiment}${device}${memory}`,
  };
}

function stageText({ stage, job }: RunState, percent: string): string {
  switch (stage) {
    case 'probe':
      return 'trying devices';
    case 'load':
      return 'loading model';
    case 'write':
    case 'report':
      return 'writing';
    default:
      return `${job === 'train' ? 'training' : 'scoring'} ${percent}`;
  }
}
