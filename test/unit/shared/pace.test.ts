import assert from 'node:assert/strict';
import { measuredAnew, paceAfter, secondsLeft, type Pace } from '../../../src/shared/pace';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';

const start = Date.UTC(2026, 10, 22);
const iso = (second: number): string => new Date(start + 1000 * second).toISOString();

/** Reports of shares at seconds, and what is left `after` seconds. */
const pace = (reports: readonly (readonly [second: number, share: number])[]): Pace | undefined =>
  reports.reduce<Pace | undefined>(
    (before, [second, share]) => paceAfter(before, share, iso(second)),
    undefined,
  );
const left = (reports: readonly (readonly [number, number])[], second: number): number | undefined =>
  secondsLeft(pace(reports), start + 1000 * second);

/** A run that goes evenly: one per cent a second. */
const even = (from: number, to: number): [number, number][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, (from + index) / 100]);

describe('the time that a run has left', () => {
  it('is not said before enough is known: some seconds and some work', () => {
    assert.equal(left([], 0), undefined);
    assert.equal(left([[1, 0.3]], 1), undefined);
    assert.equal(
      left(
        [
          [0, 0],
          [2, 0.5],
        ],
        2,
      ),
      undefined,
      'two seconds are few',
    );
    assert.equal(
      left(
        [
          [0, 0],
          [60, 0.01],
        ],
        60,
      ),
      undefined,
      'a hundredth is little',
    );
    assert.ok(
      left(
        [
          [0, 0],
          [4, 0.1],
        ],
        4,
      ) !== undefined,
    );
  });

  it('is that of the pace so far, and falls as time passes without a report', () => {
    assert.equal(left(even(0, 40), 40), 60);
    assert.equal(left(even(0, 40), 50), 50);
  });

  it('counts from what was done when the run went on, not from nothing', () => {
    assert.equal(left(even(60, 80), 80), 20);
  });

  it('is the mean so far, which one slow moment hardly changes', () => {
    const now = left([...even(0, 40), [42, 0.405]], 42)!;
    assert.ok(now > 58 && now < 62, `${now}`);
  });

  it('is nothing for a while when the end is overdue, then is not said', () => {
    assert.equal(left(even(0, 90), 104), 0);
    assert.equal(left(even(0, 90), 120), undefined);
  });

  it('is not said where nothing is gained', () => {
    assert.equal(left([...even(0, 40), [41, 0]], 41), undefined);
  });

  it('takes no time that is none', () => {
    assert.equal(paceAfter(undefined, 0.5, 'yesterday'), undefined);
  });

  it('is part of the state of a run: begun anew when it goes on, and when a search or a judgement begins behind the scores', () => {
    const at = (second: number, event: UnstampedRunEvent): RunEvent => ({ at: iso(second), ...event });
    const progress = (second: number, share: number): RunEvent => at(second, { type: 'progress', share });
    const begun = at(0, { type: 'started', job: 'run', experiment: 'a.adapter.yaml', tasks: ['x'] });
    const half = [begun, progress(1, 0.1), progress(11, 0.5)].reduce(applyEvent, emptyRun);
    assert.equal(secondsLeft(half.pace, start + 11_000), 12.5);
    const anew: UnstampedRunEvent[] = [
      { type: 'resumed' },
      { type: 'search-begun', trials: 8, finished: 0 },
      { type: 'search-steered', paused: true, trials: 8 },
      { type: 'judge-begun', trainings: 6, finished: 0 },
      {
        type: 'again',
        error: { code: 'device-lost', message: 'Lost.', next: 'Wait.' },
        next: 'Trying again.',
      },
    ];
    for (const event of anew) {
      assert.ok(measuredAnew.has(event.type));
      assert.equal(applyEvent(half, at(20, event)).pace, undefined, event.type);
    }
    assert.equal(applyEvent(half, begun).pace, undefined);
    assert.equal(anew.length + 1, measuredAnew.size);
  });
});
