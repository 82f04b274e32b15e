import assert from 'node:assert/strict';
import type { RunEvent } from '../../../src/shared/runEvents';
import { applyEvent, emptyRun, progressOf } from '../../../src/shared/runState';

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
