import { isDeepStrictEqual } from 'node:util';
import type { JobState } from '../../executors/executor';
import type { ExecutorName } from '../../shared/executorWords';
import type { UnstampedRunEvent } from '../../shared/runEvents';
import type { RunWriter } from '../runWriter';

type PiecesEvent = Extract<UnstampedRunEvent, { type: 'pieces' }>;

/** Tells the run where its pieces are, when that has changed. */
export class PiecesTold {
  private last: PiecesEvent;

  constructor(
    executor: ExecutorName,
    private readonly writer: RunWriter,
  ) {
    this.last = { type: 'pieces', executor, waiting: 0, running: 0, nodes: [] };
  }

  /** @param states undefined for a piece that was not handed over yet @param count of pieces that are open */
  async tell(states: ReadonlyMap<string, JobState | undefined>, count: number): Promise<void> {
    const all = [...states.values()];
    const running = all.flatMap((state) => (state?.state === 'running' ? [state] : []));
    const why = all.flatMap((state) => (state?.state === 'waiting' ? [state.why] : [])).find(Boolean);
    const now: PiecesEvent = {
      ...{ type: 'pieces', executor: this.last.executor, running: running.length },
      waiting: count - running.length,
      nodes: [...new Set(running.flatMap(({ where }) => where ?? []))].sort(),
      ...(why === undefined ? {} : { why }),
    };
    await this.say(now);
  }

  /** Nobody works on the run any more. @param jobs that go on without it */
  leave(jobs: number): Promise<void> {
    const running = Math.min(jobs, this.last.running);
    const { why, ...last } = this.last;
    return this.say(
      jobs === 0
        ? { ...last, waiting: 0, running: 0, nodes: [] }
        : { ...last, ...(why === undefined ? {} : { why }), running, waiting: jobs - running },
    );
  }

  private async say(now: PiecesEvent): Promise<void> {
    if (isDeepStrictEqual(now, this.last)) return;
    this.last = now;
    await this.writer.record(now);
  }
}
