import assert from 'node:assert/strict';
import type { Draft } from '../../../../src/shared/draft';
import type { RunState } from '../../../../src/shared/runState';
import {
  actionStates,
  noPlanReason,
  recordedReason,
  restrictedReason,
} from '../../../../webview/model/actions';
import { draftActionStates, readOnlyReason } from '../../../../webview/model/budget/draftActions';
import {
  appliedWords,
  changeWords,
  controlWords,
  methodWords,
} from '../../../../webview/model/budget/draftWords';
import {
  askedMethod,
  chosenMethod,
  methodAgain,
  methodOptions,
  refusedMethods,
} from '../../../../webview/model/budget/methods';
import { defaultChoices } from '../../../../webview/model/choices';
import { hasPlan, pageView, type OpenPage, type PageView } from '../../../../webview/model/view';
import { draftOf } from '../sampleDraft';
import { begin, end, finish, oneTask, score, stateOf } from '../sampleRuns';

const done = stateOf(begin(oneTask), score(oneTask, 1), finish(oneTask, [1, 2]));
const o1 = 'model.layers.1.self_attn.o_proj';
const up2 = 'model.layers.2.mlp.up_proj';
const heading = { kind: 'run', run: 'r', experiment: 'mail.adapter.yaml', recorded: false } as const;
const view = (draft: Draft | undefined, change: Partial<OpenPage> = {}, run: RunState = done): PageView =>
  pageView(
    { heading, trusted: true, palette: 'theme', run, draft, outlook: undefined, ...change },
    defaultChoices,
    0,
  );
const changed = { [o1]: { rank: 16, alpha: 32 } };

describe('what an edited plan is in words', () => {
  it('has its control', () => {
    const control = { rank: 4, modules: 24, parameters: 98_304 };
    assert.equal(
      controlWords(draftOf(done, {}, { control })),
      'The uniform control of this size has rank 4 in 24 modules: 98.3 k parameters.',
    );
    assert.match(controlWords(draftOf(done, {}, { control: { ...control, modules: 1 } })), / in 1 module: /);
    assert.match(controlWords(draftOf(done, {}, { control: undefined })), /^No uniform control/);
  });

  it('has its method, and whether it was changed by hand', () => {
    assert.equal(methodWords({ method: 'floe', byHand: false }), 'floe');
    assert.equal(methodWords({ method: 'floe', byHand: true }), 'floe, changed by hand since');
    assert.equal(methodWords({ method: undefined, byHand: true }), 'by hand');
  });

  it('has whether the file has it', () => {
    assert.equal(appliedWords(draftOf(done)), 'mail.adapter.yaml has this plan.');
    const open = draftOf(done, changed);
    assert.equal(
      appliedWords(open),
      'mail.adapter.yaml does not have this plan yet: apply it, then commit it.',
    );
    // Where there is nothing to commit, the next step is no commit.
    assert.equal(appliedWords(open, false), 'mail.adapter.yaml does not have this plan yet: apply it.');
  });

  it('tells a screen reader what a change came to', () => {
    const before = draftOf(done);
    const words = (after: Draft): string => changeWords(before, after, done.modules);
    const after = draftOf(done, changed);
    assert.match(words(after), /^Layer 1 o: rank 16, 3 experts; \d+(\.\d)? k of 400 k parameters\.$/);
    const many = draftOf(done, { ...changed, [up2]: { experts: 0 } }, { limits: [] });
    assert.match(words(many), /^2 modules changed; \d+(\.\d)? k parameters\.$/);
    assert.match(words(draftOf(done, { [up2]: { experts: 0 } })), /^Layer 2 up: no adapter; /);
    assert.match(words(draftOf(done, { [up2]: { locked: true } })), /^Layer 2 up: rank 8, locked; /);
    const over = draftOf(done, changed, { limits: [{ limit: 'parameters', most: 10, used: 20 }] });
    assert.match(words(over), /, over the budget\.$/);
  });

  it('says nothing where nothing changed, and no more than the reason where it was refused', () => {
    const before = draftOf(done);
    assert.equal(changeWords(before, draftOf(done), done.modules), '');
    assert.equal(changeWords(undefined, before, done.modules), '');
    const refused = { code: 'option-invalid', message: 'No.', next: 'Do not.' } as const;
    assert.equal(changeWords(before, draftOf(done, changed, { refused }), done.modules), '');
    const open = draftOf(done, changed);
    const applied = draftOf(done, changed, { isApplied: true });
    assert.equal(changeWords(open, applied, done.modules), 'Applied to mail.adapter.yaml.');
  });
});

describe('what can be done with an edited plan', () => {
  const states = (draft: Draft, change: Partial<OpenPage> = {}) => {
    const found = draftActionStates(view(draft, change));
    assert.ok(found);
    return found;
  };
  it('is to apply it first, then to commit it', () => {
    const open = states(draftOf(done, changed));
    assert.deepEqual([open.apply.reason, open.apply.primary, open.commit.primary], [undefined, true, false]);
    assert.equal(open.commit.reason, 'Apply the plan to mail.adapter.yaml first.');
    assert.equal(open.undo.hint, 'Undo: rank of layer 3 q');
    assert.equal(open.redo.reason, 'There is nothing to bring again.');
    const applied = states(draftOf(done));
    assert.deepEqual(
      [applied.apply.reason, applied.commit.reason, applied.commit.primary],
      ['mail.adapter.yaml has this plan already.', undefined, true],
    );
    assert.equal(applied.undo.reason, 'There is nothing to take back.');
  });

  it('is nothing where it can only be read, and each says why', () => {
    const readOnly = 'This is the plan of a recorded run.';
    for (const state of Object.values(states(draftOf(done, changed, { readOnly })))) {
      assert.equal(state.reason, readOnly);
      assert.equal(state.primary, false);
    }
    assert.equal(states(draftOf(done), { trusted: false }).commit.reason, restrictedReason);
  });

  const recorded = { heading: { ...heading, recorded: true } };
  const scored = stateOf(begin(oneTask), score(oneTask, 1), end({ type: 'finished', state: 'done' }));
  const nothing = (change: Partial<Draft> = {}): Draft =>
    draftOf(scored, {}, { method: undefined, control: undefined, ...change });

  it('leaves the page one primary button', () => {
    const primaries = (draft: Draft, change: Partial<OpenPage> = {}, run = done): string[] => {
      const shown = view(draft, change, run);
      const all = [
        ...actionStates(shown).map(({ action, primary }) => ({ name: action, primary })),
        ...Object.entries(draftActionStates(shown) ?? {}).map(([action, { primary }]) => ({
          name: `${action} of the draft`,
          primary,
        })),
      ];
      return all.filter(({ primary }) => primary).map(({ name }) => name);
    };
    assert.deepEqual(primaries(draftOf(done, changed)), ['apply of the draft']);
    assert.deepEqual(primaries(draftOf(done)), ['commit of the draft']);
    assert.deepEqual(primaries(draftOf(done, changed), recorded), ['apply of the draft']);
    assert.deepEqual(primaries(draftOf(done), recorded), ['run']);
    assert.deepEqual(primaries(nothing(), {}, scored), ['allocate']);
    const stopped = stateOf(
      ...[begin(oneTask), score(oneTask, 0.5), finish(oneTask, [1]).slice(0, -1)],
      end({ type: 'finished', state: 'cancelled' }),
    );
    assert.deepEqual(primaries(draftOf(stopped), {}, stopped), ['resume']);
  });

  it('is not to commit the plan of a recorded run, which can be changed and applied', () => {
    const { apply, commit } = states(draftOf(done, changed), recorded);
    assert.deepEqual([apply.reason, commit.reason], [undefined, recordedReason]);
    assert.equal(states(draftOf(done), recorded).commit.reason, recordedReason);
  });

  it('is to allocate first where a run was only scored', () => {
    const shown = view(nothing(), {}, scored);
    assert.equal(hasPlan(shown), false);
    const found = draftActionStates(shown);
    assert.deepEqual([found?.apply.reason, found?.commit.reason], [noPlanReason, noPlanReason]);
    assert.ok(shown.layers.every(({ kept }) => kept === undefined));
    assert.equal(controlWords(nothing()), '');
    assert.equal(methodOptions(nothing())[0]?.label, 'none yet');
    // By hand there is something to keep.
    const byHand = draftOf(scored, { [o1]: { rank: 8, alpha: 16, experts: 1 } }, { method: undefined });
    assert.equal(hasPlan(view(byHand, {}, scored)), true);
    assert.equal(methodOptions(byHand)[0]?.label, 'by hand');
  });

  it('is said where there is a plan and no draft of it', () => {
    assert.equal(draftActionStates(view(undefined)), undefined);
    assert.equal(readOnlyReason(view(draftOf(done))), undefined);
    // Its draft is on its way: a recorded run's plan can be changed too.
    assert.equal(readOnlyReason(view(undefined, recorded)), undefined);
    assert.match(
      readOnlyReason(view(undefined, {}, { ...done, status: 'running' })) ?? '',
      /once the run has ended/,
    );
    assert.equal(readOnlyReason(view(undefined, { trusted: false })), restrictedReason);
    assert.equal(readOnlyReason(view(undefined, {}, stateOf(begin(oneTask)))), undefined);
  });
});

describe('the methods to allocate by', () => {
  const methods = [
    { method: 'floe', reason: undefined },
    { method: 'eva', reason: 'It needs explained variances.' },
  ] as const;
  const { totals } = draftOf(done);
  const of = (method: Draft['method']) => ({ methods, method, byHand: false, totals });
  it('are all listed; what cannot be asked for says why', () => {
    const options = methodOptions(of('floe'));
    assert.deepEqual(options, [
      { value: 'floe', label: 'floe', reason: undefined },
      { value: 'eva', label: 'eva (not possible)', reason: 'It needs explained variances.' },
    ]);
    assert.deepEqual(refusedMethods({ methods }), [['eva', 'It needs explained variances.']]);
  });

  it('have the plan’s own among them, which is never disabled', () => {
    assert.equal(methodOptions(of('eva'))[1]?.reason, undefined);
    assert.deepEqual(methodOptions(of('uniform'))[0], {
      ...{ value: 'uniform', label: 'uniform', reason: undefined },
    });
    const [first] = methodOptions(of(undefined));
    assert.equal(first?.label, 'unknown');
    assert.equal(first?.value, chosenMethod({ method: undefined }));
    assert.equal(askedMethod({ methods }, first?.value ?? ''), undefined);
    assert.equal(askedMethod({ methods }, 'floe'), 'floe');
  });

  it('are asked for again, or the first that can be', () => {
    assert.equal(methodAgain({ methods, method: 'floe' }), 'floe');
    assert.equal(methodAgain({ methods, method: 'eva' }), 'floe');
    assert.equal(methodAgain({ methods: [], method: 'floe' }), undefined);
  });
});
