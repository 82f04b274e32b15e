import assert from 'node:assert/strict';
import type { RunEvent } from '../../../../src/shared/runEvents';
import type { SearchOutlook } from '../../../../src/shared/searchOutlook';
import { actionStates, elsewhereReason } from '../../../../webview/model/actions';
import { defaultChoices } from '../../../../webview/model/choices';
import { addView, firstOffer } from '../../../../webview/model/ranks/addTrial';
import { searchControls } from '../../../../webview/model/ranks/controls';
import { trialsCsv } from '../../../../webview/model/ranks/trials';
import { explainedTrial, whyView } from '../../../../webview/model/ranks/why';
import { pageView, type PageView } from '../../../../webview/model/view';
import { begin, end, finish, smallModel, stateOf } from '../sampleRuns';
import { eventsOfStudy, sampleOutlook, sampleStudy } from '../sampleStudy';

const going = sampleStudy({ ended: 5, byHand: { 3: { rank: 4, layers: 0.5 } } });
const at = '2025-03-04T09:14:00.000Z';
const paused: RunEvent = { at, type: 'search-steered', paused: true, trials: 9 };
const begun = [...begin(smallModel, undefined, 'search'), ...eventsOfStudy(going)];
const cancelled = end({ type: 'finished', state: 'cancelled' });
const ended: RunEvent = { at, type: 'search-ended', words: 'All 8 evaluations are spent.', best: 2 };
const waiting = [{ rank: 64, layers: 0.25 }];

const view = (
  events: readonly RunEvent[],
  outlook: SearchOutlook | undefined = sampleOutlook(going),
  change: { trusted?: boolean; recorded?: boolean; elsewhere?: boolean } = {},
): PageView => {
  const { recorded = false, elsewhere = false } = change;
  const heading = { kind: 'run', run: 'r', experiment: 'a', recorded, elsewhere } as const;
  const run = stateOf([...events]);
  const page = {
    heading,
    trusted: change.trusted ?? true,
    palette: 'theme',
    run,
    draft: undefined,
    outlook,
  } as const;
  return pageView(page, defaultChoices, 0);
};
const primary = (shown: PageView): string[] =>
  actionStates(shown).flatMap((state) => (state.primary ? [state.action] : []));

describe('the buttons over a search', () => {
  it('pause one that runs, and say that the trial in progress ends first', () => {
    const { pause, stop, add, told } = searchControls(view(begun));
    assert.deepEqual(pause, {
      label: 'Pause',
      steering: { type: 'pause' },
      reason: undefined,
      isNext: false,
    });
    assert.deepEqual([stop.reason, add.reason, told], [undefined, undefined, []]);
    const asked = searchControls(view(begun, sampleOutlook(going, { paused: true, waiting })));
    assert.equal(asked.pause.label, 'Resume');
    assert.deepEqual(asked.told, [
      'The search pauses once the trial in progress has ended.',
      'Rank 64, 25 % of layers was asked for by hand, and is tried first when the search goes on.',
    ]);
    assert.deepEqual(searchControls(view(begun, sampleOutlook(going, { waiting }))).told, [
      'Rank 64, 25 % of layers is tried next, as it was asked for by hand.',
    ]);
  });

  it('have one that is paused go on, and are what stands out on the page then', () => {
    const shown = view([...begun, paused], sampleOutlook(going, { paused: true }));
    const { pause, told } = searchControls(shown);
    assert.deepEqual(pause, {
      label: 'Resume',
      steering: { type: 'go-on' },
      reason: undefined,
      isNext: true,
    });
    assert.deepEqual(told, []);
    assert.deepEqual(primary(shown), []);
  });

  it('pause one of another program, but do not stop it', () => {
    const { pause, stop } = searchControls(view(begun, undefined, { elsewhere: true }));
    assert.deepEqual([pause.label, pause.reason, stop.reason], ['Pause', undefined, elsewhereReason]);
  });

  it('resume the run of one that was stopped, or that has ended and is asked for more', () => {
    const stopped = searchControls(view([...begun, ...cancelled]));
    assert.deepEqual([stopped.pause.label, stopped.pause.steering], ['Resume', undefined]);
    assert.equal(stopped.stop.reason, 'Nothing is running.');
    const over = [...begun, ended, ...finish(smallModel, [2])];
    assert.match(searchControls(view(over)).pause.reason!, /has come to its end\. Add a trial/);
    assert.deepEqual(primary(view(over)), ['commit']);
    const more = view(over, sampleOutlook(going, { waiting }));
    assert.equal(searchControls(more).pause.reason, undefined);
    assert.deepEqual(primary(more), ['resume']);
    const recorded = view(over, sampleOutlook(going, { waiting }), { recorded: true });
    assert.ok(searchControls(recorded).pause.reason !== undefined);
  });

  it('start nothing in a restricted window, and add nothing where nothing can be added', () => {
    const { pause, add } = searchControls(view(begun, undefined, { trusted: false }));
    assert.match(pause.reason!, /Restricted Mode/);
    assert.match(add.reason!, /Restricted Mode/);
    const unknown = { ...view(begun), outlook: undefined };
    assert.equal(searchControls(unknown).add.reason, 'The search has no trials yet.');
    assert.match(searchControls(view(begun, undefined, { recorded: true })).add.reason!, /recorded search/);
    const full = sampleOutlook(going);
    const all = { ...full, points: full.points.map((point) => ({ ...point, trial: 0 })) };
    assert.equal(searchControls(view(begun, all)).add.reason, 'Every candidate was tried or asked for.');
  });
});

describe('a trial to be added', () => {
  const outlook = sampleOutlook(going, { waiting });

  it('is first the one with the most to gain', () => {
    const offered = firstOffer(outlook)!;
    const gains = outlook.points.flatMap(({ expected, isAsked }) => (isAsked ? [] : (expected?.gain ?? [])));
    const point = outlook.points.find((one) => one.point === offered)!;
    assert.equal(point.expected!.gain, Math.max(...gains));
    const none = { ...outlook, points: outlook.points.map((one) => ({ ...one, trial: 1 })) };
    assert.equal(firstOffer(none), undefined);
  });

  it('says what it takes and what is expected, or why it cannot be', () => {
    assert.match(
      addView(outlook, { rank: 8, layers: 0.25 }).words,
      /^44\.8 k parameters: it keeps the budget\. The model expects \d\d\.\d % ± [\d.]+ %\.$/,
    );
    assert.ok(addView(outlook, { layers: 0.25, rank: 8 }).canAdd);
    for (const [point, words] of [
      [{ rank: 64, layers: 1 }, '1.4 M parameters: it does not keep the budget.'],
      [{ rank: 4, layers: 0.5 }, '44.8 k parameters: it is trial 4 already.'],
      [{ rank: 64, layers: 0.25 }, '358.4 k parameters: it was asked for already.'],
      [{ rank: 3, layers: 0.25 }, 'Choose a value for each.'],
    ] as const)
      assert.deepEqual(addView(outlook, point), { words, canAdd: false });
  });
});

describe('why a trial was tried', () => {
  const { run } = view(begun);

  it('is said of the chosen one, else of the one that runs, else of the newest', () => {
    assert.equal(explainedTrial(run, 2), 2);
    assert.equal(explainedTrial(run, 99), 5);
    assert.equal(explainedTrial({ searched: run.searched.slice(0, 3) }, undefined), 2);
    assert.equal(explainedTrial({ searched: [] }, undefined), undefined);
  });

  it('has what comes next below it, and waits for what is not worked out yet', () => {
    const outlook = sampleOutlook(going);
    const shown = whyView(outlook, run, 3)!;
    assert.equal(shown.title, 'Why trial 4: rank 4, 50 % of layers');
    assert.equal(shown.sentences[0], 'Asked for by hand.');
    assert.match(shown.next[0]!, /^What comes next is decided when trial 6 has its value\./);
    const early = { ...outlook, trials: outlook.trials.map((trial) => ({ ...trial, why: [] })) };
    assert.deepEqual(whyView(early, run, 3)!.sentences, ['The reasons are being worked out …']);
    assert.equal(whyView(outlook, { searched: [] }, undefined), undefined);
  });

  it('is a column of the CSV, with the numbers as they are', () => {
    const lines = trialsCsv(run).split('\r\n');
    assert.equal(lines[0], 'trial,rank,layers,parameters,accuracy,state,by_hand,expected,deviation,gain');
    assert.match(lines[4]!, /^4,4,0\.5,44800,0\.89\d+,done,true,,,$/);
    assert.match(lines[5]!, /^5,\d+,[\d.]+,\d+,0\.\d+,done,false,/);
    assert.equal(lines.length, 8);
  });
});
