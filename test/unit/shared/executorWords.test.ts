import assert from 'node:assert/strict';
import { leftPiecesWords, piecesWords } from '../../../src/shared/executorWords';
import { replay } from '../../../src/shared/replay';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { emptyRun, type RunState } from '../../../src/shared/runState';

type PiecesEvent = Extract<UnstampedRunEvent, { type: 'pieces' }>;
const pieces: PiecesEvent = { type: 'pieces', executor: 'slurm', waiting: 2, running: 1, nodes: ['n1'] };
const begun: UnstampedRunEvent = {
  type: 'started',
  job: 'search',
  experiment: 'a.adapter.yaml',
  tasks: ['spam'],
};
const after = (...events: readonly UnstampedRunEvent[]): RunState =>
  replay(
    emptyRun,
    [begun, ...events].map((event) => ({ at: '2026-01-01T00:00:00.000Z', ...event })),
  );

describe('where the pieces of a run are, in words', () => {
  it('says how many jobs run and wait, where and why', () => {
    assert.equal(piecesWords(pieces), 'Slurm: 1 job runs on n1; 2 wait');
    assert.equal(
      piecesWords({ ...pieces, running: 0, nodes: [], waiting: 1, why: 'Priority' }),
      'Slurm: 1 job waits (Priority)',
    );
    assert.equal(
      piecesWords({ executor: 'local', waiting: 0, running: 2, nodes: [] }),
      'This machine: 2 jobs run',
    );
  });

  it('says that a cluster has jobs of a run that nobody works on', () => {
    assert.equal(leftPiecesWords(pieces), '3 jobs were left to Slurm; Resume goes on with what they do');
    assert.equal(
      leftPiecesWords({ ...pieces, waiting: 0 }),
      '1 job was left to Slurm; Resume goes on with what it does',
    );
  });
});

describe('the pieces of a run', () => {
  const cancelled = { type: 'finished', state: 'cancelled' } as const;

  it('are there while they are open, and behind the end where a cluster has them still', () => {
    assert.deepEqual(after(pieces).pieces, { executor: 'slurm', waiting: 2, running: 1, nodes: ['n1'] });
    assert.equal(after(pieces, cancelled).pieces?.running, 1);
    assert.equal(after(pieces, cancelled, { type: 'resumed' }).pieces, undefined);
  });

  it('are none behind the end where they were ended, or are processes of this machine', () => {
    assert.equal(
      after(pieces, { ...pieces, waiting: 0, running: 0, nodes: [] }, cancelled).pieces,
      undefined,
    );
    assert.equal(after({ ...pieces, executor: 'local' }, cancelled).pieces, undefined);
  });
});
