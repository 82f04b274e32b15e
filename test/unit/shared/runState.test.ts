import assert from 'node:assert/strict';
import { memoryWords } from '../../../src/shared/memoryWords';
import type { RunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, progressOf } from '../../../src/shared/runState';

const at = '2026-11-22T00:00:00.000Z';
const started: RunEvent = {
  at,
  type: 'started',
  job: 'score',
  experiment: 'a.adapter.yaml',
  tasks: ['x', 'y'],
};
const scores = (task: string, samplesDone: number): RunEvent => ({
  at,
  type: 'scores',
  task,
  samplesDone,
  samplesTotal: 10,
  scores: [samplesDone],
  standardErrors: [0],
  layerStandardErrors: [0],
});
const replay = (...events: RunEvent[]) => events.reduce(applyEvent, emptyRun);

describe('the state of a run', () => {
  it('is a replay of its events, and a new start forgets all before', () => {
    const once = replay(started, scores('x', 5));
    assert.deepEqual(
      replay(started, scores('y', 3), { at, type: 'finished', state: 'failed' }, started, scores('x', 5)),
      once,
    );
    assert.equal(once.status, 'running');
    assert.equal(once.tasks.find(({ name }) => name === 'x')?.samplesDone, 5);
  });

  it('counts progress over all tasks', () => {
    assert.equal(progressOf(emptyRun), 0);
    assert.equal(progressOf(replay(started, scores('x', 10))), 0.5);
    assert.equal(progressOf(replay(started, scores('x', 10), scores('y', 5))), 0.75);
    assert.equal(progressOf(replay(started, { at, type: 'finished', state: 'done' })), 1);
  });

  it('counts progress in arithmetic where the run tells it, and remembers the step', () => {
    const told = replay(started, scores('x', 10), { at, type: 'progress', share: 0.25, step: 'loss' });
    assert.equal(progressOf(told), 0.25);
    assert.equal(told.step, 'loss');
    const later = applyEvent(told, { at, type: 'progress', share: 0.5 });
    assert.deepEqual([progressOf(later), later.step], [0.5, undefined]);
    assert.equal(progressOf(applyEvent(later, { at, type: 'finished', state: 'failed' })), 0.5);
    assert.equal(progressOf(applyEvent(later, { at, type: 'finished', state: 'done' })), 1);
    assert.equal(progressOf(replay(started)), 0);
  });

  it('knows how memory is spent', () => {
    const memory = { mode: 'streaming', processes: 2, threads: 1, processBytes: 1e9, stateBytes: 0 } as const;
    assert.deepEqual(replay(started, { at, type: 'memory', ...memory }).memory, memory);
    assert.equal(replay(started).memory, undefined);
    const onCard = { ...memory, card: 'RTX Test' };
    assert.deepEqual(replay(started, { at, type: 'memory', ...onCard }).memory, onCard);
    assert.equal(
      memoryWords({ ...onCard, mode: 'tape' }),
      'the whole model with all activations of a batch; about 1 GB of RTX Test',
    );
  });

  it('remembers what went wrong and was no reason to end, until it starts anew', () => {
    const error = { code: 'device-lost', message: 'RTX Test was lost.', next: 'Resume the run.' } as const;
    const again = { at, type: 'again', error, next: 'Going on from the last result.' } as const;
    const state = replay(started, again, again);
    assert.equal(state.status, 'running');
    assert.deepEqual(state.setbacks, Array(2).fill({ ...error, next: again.next }));
    assert.deepEqual(applyEvent(state, started).setbacks, []);
  });

  it('goes on where it was resumed: what was measured stands, how it ended does not', () => {
    const error = { code: 'cancelled', message: 'The job was cancelled.', next: 'Resume.' } as const;
    const actual = { seconds: 12, memoryBytes: 1e9, diskBytes: 1e6 };
    const stopped = replay(
      ...([started, { at, type: 'progress', share: 0.5 }, scores('x', 5)] as const),
      ...([
        { at, type: 'actual', actual },
        { at, type: 'finished', state: 'cancelled', error },
      ] as const),
    );
    assert.deepEqual([stopped.actual, stopped.finishedAt], [actual, at]);
    const resumed = applyEvent(stopped, { at, type: 'resumed' });
    const going = { status: 'running', resumedAt: at, pace: undefined, stage: undefined } as const;
    const over = { error: undefined, finishedAt: undefined, actual: undefined };
    assert.deepEqual(resumed, { ...stopped, ...going, ...over });
    assert.equal(progressOf(resumed), 0.5);
  });

  it('keeps the reason of a failure, and what was measured before it', () => {
    const error = { code: 'disk-full', message: 'The disk is full.', next: 'Free some.' } as const;
    const state = replay(started, scores('x', 5), { at, type: 'finished', state: 'failed', error });
    assert.deepEqual([state.status, state.error], ['failed', error]);
    assert.deepEqual(state.tasks[0]?.scores, [5]);
  });

  it('does not change the state it was given', () => {
    const before = replay(started);
    const copy = structuredClone(before);
    applyEvent(before, scores('x', 7));
    assert.deepEqual(before, copy);
  });
});
