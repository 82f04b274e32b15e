import assert from 'node:assert/strict';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import type { RunState } from '../../../src/shared/runState';
import type { Verdict } from '../../../src/shared/verdict';
import { actionStates, elsewhereReason, isScored, restrictedReason } from '../../../webview/model/actions';
import { decodeChoices, defaultChoices } from '../../../webview/model/choices';
import { countsOf, countText } from '../../../webview/model/counts';
import { costRows, estimateText } from '../../../webview/model/costs';
import { fileName } from '../../../webview/model/paths';
import { stabilityText } from '../../../webview/model/stability';
import { announcement, badges, elapsedText, stageText } from '../../../webview/model/status';
import { pageView, type PageView } from '../../../webview/model/view';
import { shownTab, tabTitles } from '../../../webview/model/tabs';
import { begin, end, finish, score, smallModel, stateOf, train } from './sampleRuns';
import { betterVerdict, judged, noVerdict, openVerdict } from './sampleVerdict';

const heading = { kind: 'run', run: 'r', experiment: 'a/mail.adapter.yaml', recorded: false } as const;
const view = (
  run: RunState,
  change: { recorded?: boolean; elsewhere?: boolean; trusted?: boolean; now?: number } = {},
): PageView =>
  pageView(
    {
      heading: { ...heading, recorded: change.recorded ?? false, elsewhere: change.elsewhere ?? false },
      trusted: change.trusted ?? true,
      palette: 'theme',
      run,
      draft: undefined,
      outlook: undefined,
    },
    defaultChoices,
    change.now ?? 0,
  );
const usable = (shown: PageView): string[] =>
  actionStates(shown)
    .filter((state) => state.reason === undefined)
    .map((state) => (state.primary ? `${state.action}!` : state.action));

const empty = stateOf();
const running = stateOf(begin(smallModel), score(smallModel, 1.5));
const scored = stateOf(begin(smallModel), score(smallModel, 3), end({ type: 'finished', state: 'done' }));
const done = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [2]));
const cancelled = end({ type: 'finished', state: 'cancelled' });

describe('actions', () => {
  it('are those that make sense, the next step first in line', () => {
    assert.deepEqual(usable(view(empty)), ['score', 'run!', 'search', 'train', 'judge']);
    assert.deepEqual(usable(view(running)), ['stop!']);
    assert.deepEqual(usable(view(scored)), ['score', 'allocate!', 'run', 'search', 'train', 'judge']);
    assert.deepEqual(usable(view(done)), ['score', 'allocate', 'run', 'search', 'train', 'judge', 'commit!']);
  });

  it('start nothing in a restricted window, but a run can still be stopped', () => {
    assert.deepEqual(usable(view(done, { trusted: false })), []);
    assert.deepEqual(usable(view(running, { trusted: false })), ['stop!']);
    const states = actionStates(view(done, { trusted: false }));
    assert.equal(states.find((state) => state.action === 'run')?.reason, restrictedReason);
  });

  it('stop no run of another program', () => {
    const shown = view(running, { elsewhere: true });
    assert.deepEqual(usable(shown), []);
    assert.equal(actionStates(shown).find(({ action }) => action === 'stop')?.reason, elsewhereReason);
    assert.deepEqual(usable(view(scored, { elsewhere: true })), usable(view(scored)));
  });

  it('do not commit a recorded run', () => {
    assert.deepEqual(usable(view(done, { recorded: true })), [
      'score',
      'allocate',
      'run!',
      'search',
      'train',
      'judge',
    ]);
  });

  it('leave the next step to the error where a run failed', () => {
    const failed = stateOf(begin(smallModel), end({ type: 'finished', state: 'failed' }));
    assert.deepEqual(usable(view(failed)), ['score', 'allocate', 'run', 'search', 'train', 'judge']);
  });

  it('allocate after a run that broke off, as an earlier one may have scores', () => {
    const stopped = stateOf(begin(smallModel), cancelled);
    assert.deepEqual(usable(view(stopped)), ['score', 'allocate', 'run!', 'search', 'train', 'judge']);
  });

  it('resume a run that broke off while it scored, until its scores are written', () => {
    const half = [begin(smallModel), score(smallModel, 0.5)];
    assert.deepEqual(usable(view(stateOf(...half, cancelled))), [
      'score',
      'allocate',
      'run',
      'search',
      'train',
      'judge',
      'resume!',
    ]);
    const failed = stateOf(...half, end({ type: 'finished', state: 'failed' }));
    assert.deepEqual(usable(view(failed)), [
      'score',
      'allocate',
      'run',
      'search',
      'train',
      'judge',
      'resume',
    ]);
    assert.deepEqual(usable(view(failed, { trusted: false })), []);
    const wrote = [{ at: '2025-03-04T09:13:39.000Z', type: 'wrote', path: 'scores.json' }] as const;
    const late = stateOf(begin(smallModel), score(smallModel, 3), wrote, cancelled);
    assert.deepEqual(usable(view(late)), ['score', 'allocate!', 'run', 'search', 'train', 'judge']);
  });

  it('commit a plan that a verdict holds up, and go on with a verdict that is open', () => {
    const begun = begin(smallModel, undefined, 'judge');
    const done = end({ type: 'finished', state: 'done' });
    const of = (verdict: Verdict): string[] =>
      usable(view(stateOf(begun, train(smallModel), judged(verdict), done)));
    assert.deepEqual(of(betterVerdict()).slice(-2), ['judge', 'commit!']);
    assert.deepEqual(of(noVerdict()).slice(-2), ['judge', 'commit']);
    const open = [train(smallModel), judged(openVerdict())];
    assert.deepEqual(usable(view(stateOf(begun, ...open))), ['stop!']);
    assert.equal(usable(view(stateOf(begun, ...open, cancelled))).at(-1), 'resume!');
    // In the main job it goes on behind the scores.
    const wrote = [{ at: '2025-03-04T09:13:39.000Z', type: 'wrote', path: 'scores.json' }] as const;
    const main = stateOf(begin(smallModel), score(smallModel, 3), wrote, ...open, cancelled);
    assert.equal(usable(view(main)).at(-1), 'resume!');
  });

  it('take no account of a verdict on an earlier plan', () => {
    const after = (verdict: Verdict): string[] =>
      usable(
        view(stateOf(begin(smallModel), score(smallModel, 3), judged(verdict), finish(smallModel, [2]))),
      );
    assert.equal(after({ ...noVerdict(), plan: done.plan!.plan }).at(-1), 'commit');
    assert.equal(after(noVerdict()).at(-1), 'commit!');
  });

  it('need every task scored to its last sample to allocate', () => {
    assert.equal(isScored(running), false);
    assert.equal(isScored(scored), true);
    assert.equal(isScored(empty), false);
  });
});

describe('the status in words', () => {
  it('has badges for the state and for a recorded run', () => {
    assert.deepEqual(badges(view(empty)), ['No run yet']);
    assert.deepEqual(badges(view(done, { recorded: true })), ['Done', 'Recorded run']);
    for (const [kind, word] of [
      ['plan', 'Plan file'],
      ['adapter', 'Adapter'],
    ] as const) {
      assert.deepEqual(badges({ ...view(empty), heading: { ...heading, kind } }), [word]);
    }
  });

  it('says what the run does or how it ended', () => {
    assert.equal(stageText(running), 'Scoring layers …');
    const half = [begin(smallModel), score(smallModel, 1.5)] as const;
    const failed = stateOf(...half, end({ type: 'finished', state: 'failed' }));
    assert.equal(stageText(failed), 'Failed while scoring layers.');
    const cancelled = stateOf(...half, end({ type: 'finished', state: 'cancelled' }));
    assert.equal(stageText(cancelled), 'Stopped after 384 samples.');
    const judging = stateOf(begin(smallModel, undefined, 'judge'), train(smallModel), judged(openVerdict()));
    assert.equal(stageText(judging), 'Judging: training 6 of 10 …');
  });

  it('counts the time of a run that goes on, against the estimate', () => {
    const now = Date.parse('2025-03-04T09:12:42.900Z');
    assert.equal(elapsedText(view(running, { now })), '12 s of about 1 min 24 s');
    assert.equal(elapsedText(view(done, { now })), '');
  });

  it('is announced coarsely', () => {
    assert.equal(announcement(empty), '');
    assert.equal(announcement(running), 'Scoring layers, 50 % done.');
    assert.equal(announcement(done), 'Done.');
    const judging = stateOf(begin(smallModel), train(smallModel), judged(openVerdict()));
    assert.equal(announcement(judging), 'Judging, training 6 of 10.');
  });

  it('counts the trainings of a verdict, which may be less than may be spent', () => {
    const counts = (verdict: Verdict): string[] =>
      countsOf(stateOf(begin(smallModel, undefined, 'judge'), train(smallModel), judged(verdict))).map(
        (count) => `${count.name}: ${countText(count)}`,
      );
    assert.deepEqual(counts(openVerdict()), [
      'Trainings: 5 / at most 10 trainings',
      'Steps of the training: 340 / 600 steps',
    ]);
    assert.equal(counts(betterVerdict())[0], 'Trainings: 6 / 6 trainings');
    const early = stateOf(begin(smallModel, undefined, 'judge'));
    assert.deepEqual(countsOf(early).map(countText), ['waiting']);
  });
});

describe('the tab of a verdict', () => {
  it('is there once there is one, and shown while it is judged', () => {
    const shown = (run: RunState): string => shownTab(view(run));
    const begun = begin(smallModel, undefined, 'judge');
    assert.equal(tabTitles(view(stateOf(begun))).verdict, undefined);
    assert.equal(shown(stateOf(begun)), 'map');
    const open = [train(smallModel), judged(openVerdict())];
    assert.equal(tabTitles(view(stateOf(begun, ...open))).verdict, 'Verdict');
    assert.equal(shown(stateOf(begun, ...open)), 'verdict');
    const over = [train(smallModel), judged(betterVerdict()), end({ type: 'finished', state: 'done' })];
    assert.equal(shown(stateOf(begun, ...over)), 'verdict');
    // Of the main job the plan is what comes next.
    assert.equal(shown(stateOf(begin(smallModel), ...open)), 'verdict');
    assert.equal(shown(stateOf(begin(smallModel), ...over)), 'map');
  });
});

describe('stability in words', () => {
  const task = (tau: number) => ({
    name: 'spam',
    samplesDone: 1,
    samplesTotal: 1,
    scores: [],
    standardErrors: [],
    layerStandardErrors: [],
    stability: { halvesKendallTau: tau, topKAgreement: 0.5 },
  });
  it('calls an order noise below a τ of 0.3', () => {
    assert.deepEqual(
      [-0.2, 0.29, 0.3, 0.69, 0.7, 1].map((tau) => stabilityText(task(tau))?.verdict),
      ['noise', 'noise', 'fair', 'fair', 'steady', 'steady'],
    );
    assert.match(stabilityText(task(0.1))?.sentence ?? '', /is noise.*Score more samples/);
  });

  it('says nothing before the halves were compared', () => {
    assert.equal(stabilityText({ ...task(1), stability: undefined }), undefined);
  });
});

describe('a score that may stop before its end, in words', () => {
  const at = '2025-03-04T09:12:40.000Z';
  const told = (...events: UnstampedRunEvent[]): RunState =>
    events.reduce(
      (state, event) => applyEvent(state, { at, ...event }),
      stateOf(
        begin(smallModel).map((event) => (event.type === 'started' ? { ...event, untilSure: 0.95 } : event)),
      ),
    );
  const scores = (samplesDone: number, samplesTotal: number): UnstampedRunEvent => ({
    ...{ type: 'scores', task: 'spam', samplesDone, samplesTotal },
    ...{ scores: [], standardErrors: [], layerStandardErrors: [] },
  });
  const looked = (sure: boolean): UnstampedRunEvent => ({
    ...{ type: 'looked', task: 'spam' },
    certainty: {
      level: 0.95,
      layers: 2,
      of: 1000,
      sure,
      looks: [32, 64].map((samples) => ({ samples, confidence: 1 })),
    },
  });
  const spam = (run: RunState): string => countText(countsOf(run).find(({ name }) => name === 'spam')!);

  it('has at most all samples to go, and those that it took in the end', () => {
    assert.equal(spam(told()), 'waiting');
    assert.equal(spam(told(scores(64, 1000), looked(false))), '64 / at most 1,000 samples');
    assert.equal(spam(told(scores(40, 1000), looked(true), scores(64, 64))), '64 / 64 samples');
    assert.equal(spam(running), '256 / 256 samples');
  });

  it('has an estimate that it does not exceed', () => {
    const cost = { seconds: 80, memoryBytes: 2e9, diskBytes: 0 };
    const run = told({ type: 'estimate', estimate: cost });
    assert.match(elapsedText(view(run, { now: Date.parse(at) })), / of at most 1 min 20 s$/);
    assert.match(estimateText(cost, true), /^Estimate: at most 1 min 20 s, /);
  });

  it('says how sure the top layers were beside how steady the order is', () => {
    const run = told(looked(true), {
      type: 'stability',
      task: 'spam',
      halvesKendallTau: 1,
      topKAgreement: 1,
    });
    assert.match(stabilityText(run.tasks[0]!)?.certainty ?? '', /; stopped after 64 of 1,000\.$/);
    assert.equal(stabilityText({ ...run.tasks[0]!, certainty: undefined })?.certainty, '');
  });
});

describe('costs in words', () => {
  const cost = { seconds: 80, memoryBytes: 2e9, diskBytes: 0 };
  it('compare the estimate with what it took', () => {
    const rows = costRows(cost, { seconds: 100, memoryBytes: 1.5e9, diskBytes: 10 });
    assert.deepEqual(rows[0], {
      title: 'Time',
      estimate: '1 min 20 s',
      actual: '1 min 40 s',
      difference: '+25.0 %',
    });
    assert.equal(rows[1]?.difference, '−25.0 %');
    assert.equal(rows[2]?.difference, '–');
  });

  it('have a dash for what is unknown', () => {
    assert.equal(costRows(undefined, cost)[0]?.estimate, '–');
    assert.equal(estimateText(cost), 'Estimate: 1 min 20 s, 2 GB of memory, 0 B on disk.');
  });
});

describe('the page’s saved choices', () => {
  it('survive, and anything else becomes the default', () => {
    const { search, training } = defaultChoices;
    const choices = { task: 'spam', asTable: true, quantity: 'rank', tab: 'search', search, training };
    assert.deepEqual(decodeChoices({ ...choices, run: 'r' }), choices);
    for (const saved of [
      undefined,
      null,
      3,
      {},
      { task: 1, asTable: 'yes', quantity: 'size', tab: 'none' },
    ]) {
      assert.deepEqual(decodeChoices(saved), defaultChoices);
    }
  });
});

describe('a file name', () => {
  it('is the last part of either kind of path', () => {
    assert.deepEqual(['a/b.yaml', 'c:\\x\\b.yaml', 'b.yaml', ''].map(fileName), [
      'b.yaml',
      'b.yaml',
      'b.yaml',
      '',
    ]);
  });
});
