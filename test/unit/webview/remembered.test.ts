import assert from 'node:assert/strict';
import { remembered } from '../../../webview/model/remembered';
import { pointsOf } from '../../../webview/model/training/trialLines';
import { pageView, type OpenPage } from '../../../webview/model/view';
import { defaultChoices } from '../../../webview/model/choices';
import { replay } from '../../../src/shared/replay';
import type { RunEvent } from '../../../src/shared/runEvents';
import { emptyRun } from '../../../src/shared/runState';
import { liveView } from '../../../webview/model/live';
import { draftOf } from './sampleDraft';
import { begin, score, smallModel, stateOf, train } from './sampleRuns';

const at = '2026-11-22T00:00:00.000Z';

describe('what the page remembers', () => {
  it('is made anew for other arguments, and not for the same', () => {
    let made = 0;
    const both = remembered((a: object, b: number) => [a, b, ++made]);
    const [one, other] = [{}, {}];
    assert.equal(both(one, 1), both(one, 1));
    assert.deepEqual(
      [both(other, 1), both(other, Number.NaN), both(other, Number.NaN)].map(([, , count]) => count),
      [2, 3, 3],
    );
    assert.deepEqual(both(one, 1), [one, 1, 4]);
  });

  it('is the scores and layers for as long as no event changes them', () => {
    const heading = { kind: 'run', run: 'r', experiment: 'e', recorded: false } as const;
    const page: OpenPage = {
      ...{ heading, trusted: true, palette: 'theme', draft: undefined, outlook: undefined },
      run: replay(emptyRun, [...begin(smallModel), ...score(smallModel, 2)]),
    };
    const view = pageView(page, defaultChoices, 0);
    const progress: RunEvent = { at, type: 'progress', share: 0.5 };
    const later = pageView({ ...page, run: replay(page.run, [progress]) }, defaultChoices, 1);
    assert.equal(later.run.share, 0.5);
    assert.equal(later.scores, view.scores);
    assert.equal(later.layers, view.layers);
    const scored = pageView({ ...page, run: replay(page.run, score(smallModel, 3)) }, defaultChoices, 2);
    assert.notDeepEqual(scored.scores, view.scores);
    assert.notEqual(scored.layers, view.layers);
    const one = pageView(page, { ...defaultChoices, task: 'topic' }, 3);
    assert.equal(one.scores.task, 'topic');
  });

  it('is the run with its draft for as long as neither changes', () => {
    const heading = { kind: 'run', run: 'r', experiment: 'e', recorded: false } as const;
    const run = replay(emptyRun, [...begin(smallModel), ...score(smallModel, 2)]);
    const draft = draftOf(run);
    const page: OpenPage = {
      ...{ heading, trusted: true, palette: 'theme', outlook: undefined },
      run,
      draft,
    };
    const view = pageView(page, defaultChoices, 0);
    assert.equal(view.run.plan?.summary, draft.summary);
    const later = pageView(page, { ...defaultChoices, asTable: true }, 9);
    assert.equal(later.run, view.run);
    assert.notEqual(pageView({ ...page, draft: { ...draft } }, defaultChoices, 9).run, view.run);
  });

  it('is what the side bar drew from, while only the clock moves on', () => {
    const heading = { kind: 'run', run: 'r', experiment: 'a', recorded: false } as const;
    const live = { heading, trusted: true, run: stateOf(begin(smallModel), score(smallModel, 1)) };
    const [first, later] = [liveView(live, 1), liveView(live, 2000)];
    assert.equal(later.layers, first.layers);
    assert.equal(later.scores, first.scores);
    const more = { ...live, run: replay(live.run, score(smallModel, 3)) };
    assert.notEqual(liveView(more, 3).layers, first.layers);
  });

  it('is the points of a trial, no more than a chart can show', () => {
    const run = replay(emptyRun, train(smallModel));
    const [first, second] = run.trials;
    assert.equal(pointsOf(first!), pointsOf(first!));
    assert.deepEqual(pointsOf(second!), second!.points);
    const steps = Array.from({ length: 3500 }, (_, index): RunEvent => ({
      ...{ at, type: 'step', trial: 'long', step: index + 1, loss: 1 },
      ...{ learningRate: 0, gradientNorm: 0, tokensPerSecond: 1 },
    }));
    const points = pointsOf(replay(emptyRun, steps).trials[0]!);
    assert.ok(points.length > 500 && points.length <= 1000, String(points.length));
    assert.deepEqual([points[0]?.step, points.at(-1)?.step], [1, 3500]);
  });
});
