import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changed, labelOf, type PlanChange } from '../../../../src/planning/draft/change';
import { draftFacts, totalsIn } from '../../../../src/planning/draft/draftOf';
import type { DraftFrame, DraftState } from '../../../../src/planning/draft/frame';
import { begin, doneTo, redone, undone, type History } from '../../../../src/planning/draft/history';
import { moduleParameters } from '../../../../src/planning/parameters';
import { toLabError } from '../../../../src/shared/errors';
import { allocationMethods, type Budget, type Plan } from '../../../../src/shared/words';
import { syntheticModel } from '../syntheticModel';
import { frame, fresh } from './frames';

const layers = 4;
const paths = syntheticModel(layers).map(({ path }) => path);

const budgets: fc.Arbitrary<Budget> = fc.record(
  {
    layers: fc.integer({ min: 1, max: layers }).map((count) => ({ count })),
    parameters: fc.integer({ min: 200, max: 20_000 }),
    experts: fc.integer({ min: 1, max: 30 }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const rowChange = fc.record(
  {
    rank: fc.integer({ min: 1, max: 40 }),
    alpha: fc.integer({ min: 1, max: 64 }),
    experts: fc.integer({ min: 0, max: 6 }),
    locked: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const changes: fc.Arbitrary<PlanChange> = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...paths), rowChange, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
    .map((rows): PlanChange => ({ change: 'rows', label: 'rows by hand', rows })),
  fc
    .record({ method: fc.constantFrom(...allocationMethods), budget: fc.option(budgets, { nil: undefined }) })
    .map((one): PlanChange => ({ change: 'allocate', ...one })),
);

const frames: readonly DraftFrame[] = [
  frame(),
  frame({ method: 'lora', adapter: { targets: ['q_proj', 'v_proj'], rank: 4, alpha: 8, experts: 1 } }),
  frame({ method: 'lora-smoe' }),
  frame({ method: 'lily' }),
];

/** What a change comes to, or nothing where it is refused: then with a reason for people. */
function tried(of: DraftFrame, state: DraftState, change: PlanChange): DraftState {
  const before = structuredClone(state);
  try {
    return changed(of, state, change);
  } catch (thrown) {
    const { code, next } = toLabError(thrown);
    assert.notEqual(code, 'internal');
    assert.notEqual(next, '');
    assert.deepEqual(state, before);
    return state;
  }
}

const locked = ({ modules }: Plan) => Object.entries(modules).filter(([, row]) => row.locked);

describe('a draft', () => {
  const walks = fc.tuple(fc.constantFrom(...frames), fc.array(changes, { maxLength: 12 }));

  it('is after undo what it was before, and after redo what it was after', () => {
    fc.assert(
      fc.property(walks, ([of, all]) => {
        let history: History<DraftState> = begin(fresh());
        const seen: DraftState[] = [history.state];
        for (const change of all) {
          const next = tried(of, history.state, change);
          if (next === history.state) continue;
          history = doneTo(history, labelOf(change), next);
          seen.push(next);
        }
        const done = history;
        for (const state of seen.toReversed().slice(1)) {
          history = undone(history);
          assert.deepEqual(history.state, state);
        }
        assert.equal(undone(history), history);
        for (const state of seen.slice(1)) {
          history = redone(history);
          assert.deepEqual(history.state, state);
        }
        assert.deepEqual(history, done);
        assert.equal(redone(history), history);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps locked rows whatever is allocated, and has its budget beside them', () => {
    fc.assert(
      fc.property(walks, ([of, all]) => {
        let state = fresh();
        for (const change of all) {
          const next = tried(of, state, change);
          if (change.change === 'allocate') {
            for (const [path, row] of locked(state.plan)) assert.deepEqual(next.plan.modules[path], row);
            if (next !== state) {
              for (const { most, used } of draftFacts(of, next).limits) assert.ok(used <= most);
            }
          }
          state = next;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the totals of its rows', () => {
    const of = frames[1]!;
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 8 }), (all) => {
        const state = all.reduce((before, change) => tried(of, before, change), fresh());
        const rows = of.modules.flatMap((module) => {
          const row = state.plan.modules[module.path];
          return row && row.experts > 0 ? [{ module, row }] : [];
        });
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
        assert.deepEqual(totalsIn(of, state), {
          parameters: sum(rows.map(({ module, row }) => moduleParameters(module, row, 'lora'))),
          experts: sum(rows.map(({ row }) => row.experts)),
          modules: rows.length,
          layers: new Set(rows.map(({ module }) => module.layer)).size,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('says what undo takes back', () => {
    const of = frame();
    const change: PlanChange = { change: 'allocate', method: 'uniform', budget: { parameters: 2000 } };
    const history = doneTo(begin(fresh()), labelOf(change), changed(of, fresh(), change));
    assert.equal(history.past.at(-1)?.label, 'allocation by uniform under 2,000 parameters');
    assert.equal(labelOf({ change: 'rows', label: 'rank of layer 3 q', rows: {} }), 'rank of layer 3 q');
  });

  it('forgets the oldest of very many changes', () => {
    let history = begin(0);
    for (let step = 1; step <= 150; step++) history = doneTo(history, `${step}`, step);
    while (history.past.length > 0) history = undone(history);
    assert.equal(history.state, 50);
    assert.equal(history.future.length, 100);
  });
});
