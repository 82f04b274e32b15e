import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { LabError, cancelled } from '../../shared/errors';
import type { OpenDevice } from '../../tensors/device';
import { endError, forkSelf } from '../childProcess';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';
import type { Lane, LaneOptions } from './lane';
import { laneArgument, type FromLane, type ToLane } from './messages';

/** Scores in a process of its own, which can be ended at any time: what it has reported is kept. */
export class ProcessLane implements Lane {
  peakBytes = 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly device: OpenDevice,
  ) {}

  static async open(options: LaneOptions): Promise<ProcessLane> {
    const child = forkSelf(laneArgument);
    try {
      const device = await ask<OpenDevice>(child, { type: 'open', options }, (message, resolve) => {
        if (message.type === 'opened') resolve(message.device);
      });
      return new ProcessLane(child, device);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async run(
    order: UnitOrder,
    settings: ScoringSettings,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const stop = (): void => void this.child.kill('SIGKILL');
    if (signal.aborted) throw cancelled();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await ask<undefined>(this.child, { type: 'run', order, settings }, (message, resolve) => {
        if (message.type === 'update') report(message.update);
        if (message.type === 'done') {
          this.peakBytes = message.peakBytes;
          resolve(undefined);
        }
      });
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/**
 * Sends a message and listens until `answer` resolves.
 * @throws LabError what the lane met, or how it ended
 */
function ask<T>(
  child: ChildProcess,
  message: ToLane,
  answer: (message: FromLane, resolve: (value: T) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // It may have ended while nobody listened.
    if (child.exitCode !== null || child.signalCode !== null) {
      reject(exitError(child.exitCode, child.signalCode));
      return;
    }
    const finish = (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
    };
    const onMessage = (received: unknown): void => {
      const from = received as FromLane;
      if (from.type === 'failed') {
        finish();
        reject(LabError.fromPayload(from.error));
        return;
      }
      try {
        answer(from, (value) => {
          finish();
          resolve(value);
        });
      } catch (error) {
        finish();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const onExit = (code: number | null, signal: string | null): void => {
      finish();
      reject(exitError(code, signal));
    };
    const onError = (error: Error): void => {
      finish();
      reject(error);
    };
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    child.send(message);
  });
}

const exitError = (code: number | null, signal: string | null): LabError =>
  endError(
    code,
    signal,
    'A scoring process',
    'Resume the run; if it happens again, score with fewer processes or shorter samples.',
  );
