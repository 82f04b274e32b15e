import assert from 'node:assert/strict';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { liveView, type LiveView } from '../../../webview/model/live';
import { sparkPoints } from '../../../webview/model/sparkPoints';
import { begin, end, finish, score, smallModel, stateOf, train } from './sampleRuns';
import { search, searchEnd } from './sampleSearch';
import { betterVerdict, judged, openVerdict } from './sampleVerdict';

const start = Date.parse('2025-03-04T09:12:30.000Z');
const heading = { kind: 'run', run: 'r', experiment: 'a/mail.adapter.yaml', recorded: false } as const;
const at = (second: number, event: UnstampedRunEvent): RunEvent => ({
  at: new Date(start + 1000 * second).toISOString(),
  ...event,
});
const progress = (second: number, share: number, step?: string): RunEvent =>
  at(second, { type: 'progress', share, ...(step === undefined ? {} : { step }) });
/** The view of events so many seconds behind the start. */
const view = (second: number, ...events: readonly (readonly RunEvent[])[]): LiveView =>
  liveView({ heading, trusted: true, run: stateOf(...events) }, start + 1000 * second);
const scored = (tasks: number): RunEvent[] =>
  score(smallModel, tasks).filter(({ type }) => type !== 'progress');

describe('the run in progress, in the side bar', () => {
  it('says what it is, what it is doing and how far', () => {
    const shown = view(41, begin(smallModel), scored(1.4), [
      progress(10, 0.1),
      progress(40, 0.4, 'block 3 of 8'),
    ]);
    assert.deepEqual([shown.phase, shown.title, shown.badge], ['running', 'mail · Experiment', 'Running']);
    assert.deepEqual([shown.stage, shown.step, shown.share], ['Scoring layers', 'Block 3 of 8', 0.4]);
    assert.equal(shown.time, '41 s, about 1 min left');
    assert.deepEqual(shown.facts, [
      ['Device', 'native, ONNX Runtime, 8 threads'],
      ['Model', 'tiny-llama, 8 layers'],
      ['Memory', 'about 1.2 GB'],
    ]);
  });

  it('says what was foreseen until the pace is known, and keeps a number that is near enough', () => {
    assert.equal(view(2, begin(smallModel).slice(0, 2)).time, '2.0 s');
    assert.equal(view(12, begin(smallModel), scored(0.5)).time, '12 s of about 1 min 24 s');
    assert.equal(view(90, begin(smallModel), scored(0.5)).time, '1 min 30 s');
    const run = stateOf(begin(smallModel), [progress(10, 0.1), progress(40, 0.25)]);
    const of = (second: number, shown?: number): LiveView =>
      liveView({ heading, trusted: true, run }, start + 1000 * second, shown);
    assert.equal(of(40).time, '40 s, about 3 min left');
    assert.equal(of(40).left, 180);
    assert.equal(of(40, 120).left, 120);
  });

  it('says of samples where there are no steps', () => {
    assert.equal(view(41, begin(smallModel), scored(1.5)).step, '384 samples');
    assert.equal(view(41, begin(smallModel), scored(2.5)).step, '640 of 768 samples');
  });

  it('says that the time is that of the scoring alone where a search follows', () => {
    const events = [
      begin(smallModel, undefined, 'search'),
      scored(1),
      [progress(10, 0.1), progress(40, 0.4)],
    ];
    assert.equal(view(41, ...events).time, '41 s, about 1 min left of scoring');
    const searching = view(
      90,
      ...events,
      search(2).filter(({ type }) => type !== 'progress'),
      [at(70, { type: 'progress', share: 0.3 })],
    );
    assert.deepEqual([searching.stage, searching.step], ['Searching ranks', 'Step 24 of 60']);
    assert.equal(searching.title, 'mail · Rank search');
  });

  it('says at which step of which seed a training is', () => {
    const shown = view(90, begin(smallModel, undefined, 'train'), train(smallModel));
    assert.deepEqual(
      [shown.title, shown.stage, shown.step],
      ['mail · Training', 'Training', 'Seed-2, step 340 of 600'],
    );
  });

  it('says which training of a verdict it is at, and in the end what it is', () => {
    const begun = begin(smallModel, undefined, 'judge');
    const shown = view(90, begun, train(smallModel), judged(openVerdict()));
    assert.deepEqual(
      [shown.title, shown.stage, shown.step],
      ['mail · Verdict', 'Judging', 'Training 6 of 10, step 340 of 600'],
    );
    const done = end({ type: 'finished', state: 'done' });
    const ended = view(90, begun, train(smallModel), judged(betterVerdict()), done);
    assert.equal(ended.outcome, 'Done: better than uniform · 6 trainings.');
  });

  it('says that a search is paused, and how long it takes no more', () => {
    const paused = at(80, { type: 'search-steered', paused: true, trials: 8 });
    const shown = view(90, begin(smallModel, undefined, 'search'), scored(3), search(2), [paused]);
    assert.equal(shown.stage, 'Search paused after trial 3 of 8');
    assert.deepEqual([shown.step, shown.time, shown.left], ['', '1 min 30 s', undefined]);
  });

  it('shows a pause that is asked for before the search has come to it', () => {
    const events = [begin(smallModel, undefined, 'search'), scored(3), search(2)];
    const of = (more: readonly RunEvent[], isPauseAsked: boolean, trusted = true) =>
      liveView({ heading, trusted, isPauseAsked, run: stateOf(...events, more) }, start).pause;
    const words = 'The search pauses once the trial in progress has ended.';
    assert.deepEqual(of([], false), { label: 'Pause', words: undefined });
    assert.deepEqual(of([], true), { label: 'Resume', words });
    const paused = at(80, { type: 'search-steered', paused: true, trials: 8 });
    assert.deepEqual(of([paused], true), {
      ...{ label: 'Resume', words: undefined },
    });
    assert.equal(of([], true, false), undefined);
    assert.equal(of(end({ type: 'finished', state: 'cancelled' }), true), undefined);
    assert.equal(view(3, begin(smallModel)).pause, undefined);
  });

  it('says what came of a run that has ended, and when it was', () => {
    // What counts is its end: a run of a night was not "12 hours ago" as it ended.
    const ended = [at(7000, { type: 'finished', state: 'done' })];
    const long = view(7120, begin(smallModel), score(smallModel, 3), ended);
    assert.equal(long.title, 'mail · Experiment, 2 minutes ago');
    const done = view(200, begin(smallModel), score(smallModel, 3), finish(smallModel, [2, 3]));
    assert.deepEqual(
      [done.phase, done.title, done.badge],
      ['ended', 'mail · Experiment, 2 minutes ago', 'Done'],
    );
    assert.match(done.outcome, /^Done in 1 min 32 s: floe · 2 of 8 layers · .* parameters\.$/);
    assert.equal(done.facts.at(-1)?.[1], '1.2 GB at its peak');
    assert.equal(done.time, '');
    const stopped = view(
      200,
      begin(smallModel),
      score(smallModel, 1.5),
      end({ type: 'finished', state: 'cancelled' }),
    );
    assert.equal(stopped.outcome, 'Stopped: 384 samples · 3 tasks.');
    const found = view(
      200,
      begin(smallModel, undefined, 'search'),
      score(smallModel, 3),
      search(5),
      searchEnd(),
      end({ type: 'finished', state: 'done' }),
    );
    assert.equal(found.outcome, 'Done: 5 trials · best 91.2 % accuracy: rank 8, 50 % of layers.');
    assert.equal(view(200, begin(smallModel), end({ type: 'finished', state: 'failed' })).outcome, '');
  });

  it('says what there is to start where nothing has run', () => {
    const none = (experiment: string): LiveView['phase'] =>
      liveView({ heading: { ...heading, run: '', experiment }, trusted: true, run: stateOf() }, start).phase;
    assert.deepEqual([none(''), none('mail.adapter.yaml')], ['no-experiment', 'no-run']);
  });
});

describe('the points of a small line', () => {
  it('fill a box from its lowest to its highest, from the top down', () => {
    const points = [
      { x: 0, y: 3 },
      { x: 5, y: 2 },
      { x: 10, y: 1 },
    ];
    assert.deepEqual(sparkPoints(points, 20, 1, 3), [
      { x: 0, y: 0 },
      { x: 25, y: 50 },
      { x: 50, y: 100 },
    ]);
    assert.deepEqual(sparkPoints([{ x: 1, y: 2 }], 10, 2, 2), [{ x: 10, y: 50 }]);
    assert.deepEqual(sparkPoints([], 10, 0, 1), []);
  });

  it('are means of neighbors where there are more than an eye can tell apart', () => {
    const many = Array.from({ length: 4001 }, (_, index) => ({ x: index, y: index % 2 }));
    const few = sparkPoints(many, 4000, 0, 1);
    assert.ok(few.length <= 160 && few.length > 100, `${few.length}`);
    assert.ok(few.slice(0, -1).every(({ y }) => Math.abs(y - 50) < 3));
    assert.ok(few.every(({ x }, index) => index === 0 || x > few[index - 1]!.x));
  });
});
