import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changed } from '../../../../src/planning/draft/change';
import { draftFacts } from '../../../../src/planning/draft/draftOf';
import type { DraftFrame, DraftState } from '../../../../src/planning/draft/frame';
import { reallocate } from '../../../../src/planning/draft/reallocate';
import { uniformControl } from '../../../../src/planning/draft/uniformControl';
import type { Design } from '../../../../src/planning/planRequest';
import { LabError } from '../../../../src/shared/errors';
import { experimentMethods, type AllocationMethod } from '../../../../src/shared/words';
import { scoreFiles } from '../scoredModel';
import { syntheticModel } from '../syntheticModel';
import { down, frame, fresh, q } from './frames';

const reasons = (of: DraftFrame): Partial<Record<AllocationMethod, string>> =>
  Object.fromEntries(
    draftFacts(of, fresh()).methods.flatMap(({ method, reason }) =>
      reason === undefined ? [] : [[method, reason]],
    ),
  );

describe('the methods that a draft can be allocated by', () => {
  it('are refused where what they go by is not there', () => {
    assert.deepEqual(Object.keys(reasons(frame())), ['lily', 'eva']);
    assert.deepEqual(Object.keys(reasons(frame({}, ['spam']))), ['lora-smoe', 'lily', 'eva']);
    const unscored = { ...frame(), scores: [] };
    assert.deepEqual(Object.keys(reasons(unscored)), ['floe', 'lora-smoe', 'lily', 'proportional', 'eva']);
    const zero = scoreFiles(4, ['spam']).map((file) => ({
      ...file,
      modules: file.modules.map((module) => ({ ...module, score: 0 })),
    }));
    assert.match(reasons({ ...frame(), scores: zero }).floe ?? '', /Every score is 0/);
  });

  it('are Lily alone where Lily is trained', () => {
    const of = reasons(frame({ method: 'lily' }));
    assert.equal(of.lily, undefined);
    assert.equal(Object.keys(of).length, 7);
  });

  it('are those that allocate, and no others', () => {
    const perSample = scoreFiles(4, ['spam']).map((file) => ({
      ...file,
      modules: file.modules.map((module, index) => ({
        ...module,
        perSample: [1, 2, 3, 4, 5, 6, 7, 8].map((sample) => 1 + ((sample * (index + 3)) % 7)),
        components: [0.5, 0.3, 0.1, 0.05],
      })),
    }));
    const scored = [scoreFiles(4, ['spam', 'topic']), scoreFiles(4, ['spam']), perSample, []];
    for (const method of experimentMethods) {
      for (const scores of scored) {
        const of: DraftFrame = { ...frame({ method, budget: {} }), scores };
        for (const choice of draftFacts(of, fresh()).methods) {
          const allocated = (): DraftState => reallocate(of, fresh(), choice.method, {});
          if (choice.reason === undefined) {
            const { plan } = allocated();
            assert.ok(Object.keys(plan.modules).length > 0, `${method} ${choice.method}`);
            if (method !== 'floe' && method !== 'lora-smoe')
              assert.ok(Object.values(plan.modules).every(({ experts }) => experts === 1));
            assert.equal(plan.shared.length > 0, method === 'lily');
          } else assert.throws(allocated, LabError);
        }
      }
    }
  });
});

describe('what a draft says of its plan', () => {
  const of = frame({ budget: { layers: { share: 0.5 }, parameters: 5000, megabytes: 0.02 } });

  it('is each limit with what is used of it', () => {
    const state = reallocate(of, fresh(), 'floe', undefined);
    const { limits, totals } = draftFacts(of, state);
    assert.deepEqual(limits, [
      { limit: 'layers', most: 2, used: totals.layers, share: 0.5 },
      { limit: 'parameters', most: 5000, used: totals.parameters },
      { limit: 'megabytes', most: 0.02, used: (totals.parameters * 4) / 1e6 },
    ]);
  });

  it('is that it was changed by hand', () => {
    const state = reallocate(of, fresh(), 'floe', undefined);
    assert.equal(draftFacts(of, state).byHand, false);
    const rows = { [q(0)]: { rank: 2 }, [q(1)]: { rank: 2 }, [q(2)]: { rank: 2 } };
    const after = changed(of, state, { change: 'rows', label: '', rows });
    assert.match(draftFacts(of, after).summary, /^Kept .* Changed by hand\.$/);
    assert.equal(draftFacts(of, after).method, 'floe');
    // More than its budget: by hand one may, and it shows.
    const layers = draftFacts(of, after).limits[0]!;
    assert.ok(layers.used > layers.most);
    const again = changed(of, after, { change: 'allocate', method: 'uniform' });
    assert.equal(draftFacts(of, again).byHand, false);
  });

  it('is nothing new where a change changes nothing', () => {
    const state = reallocate(of, fresh(), 'floe', undefined);
    assert.equal(changed(of, state, { change: 'allocate', method: 'floe' }), state);
    assert.equal(changed(of, state, { change: 'rows', label: '', rows: {} }), state);
  });

  it('keeps the scale of rsLoRA where a method varies ranks', () => {
    const stabilized: DraftFrame = { ...frame({ method: 'lora', budget: {} }), rankStabilized: true };
    const { plan } = reallocate(stabilized, fresh(), 'depth-linear', {});
    const scales = Object.values(plan.modules).map(({ rank, alpha }) => alpha / Math.sqrt(rank));
    assert.ok(new Set(Object.values(plan.modules).map(({ rank }) => rank)).size > 1);
    for (const scale of scales) assert.ok(Math.abs(scale - 4) < 1e-4);
  });
});

describe('the uniform control', () => {
  const lora = (changes: Partial<Design> = {}): DraftFrame => frame({ method: 'lora', ...changes });
  /** Of one rank in all 12 targets of the four layers. */
  const perRank = 4 * (64 + 64 + (64 + 32) + (160 + 64));

  it('is the largest rank in every target that is no larger than the design', () => {
    assert.deepEqual(strip(uniformControl(lora(), 6 * perRank + 1)), {
      rank: 6,
      modules: 12,
      parameters: 6 * perRank,
    });
    assert.equal(uniformControl(lora(), perRank - 1)?.rank, 1);
    assert.equal(uniformControl(lora(), perRank - 1)?.modules, 9);
    assert.equal(uniformControl(lora(), 10), undefined);
  });

  it('has the experts of the design, or fewer of a larger rank: a control that is smaller would flatter the design', () => {
    const all = uniformControl(frame(), 1e6)!;
    assert.ok(Object.values(all.plan.modules).every(({ experts }) => experts === 4));
    const half = uniformControl(frame(), 12_000)!;
    assert.deepEqual(new Set(Object.values(half.plan.modules).map(({ experts }) => experts)).size, 1);
    assert.ok(Object.values(half.plan.modules)[0]!.experts < 4);
    assert.equal(half.rank, 6);
    assert.ok(half.parameters > 0.85 * 12_000, String(half.parameters));
  });

  it('is never larger than the design, has one form, and leaves no room for a rank more where all are adapted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 60_000 }),
        fc.constantFrom(lora(), frame(), frame({ method: 'adalora' }), frame({ method: 'lily' })),
        (parameters, of) => {
          const found = uniformControl(of, parameters);
          if (!found) return;
          assert.ok(found.parameters <= parameters);
          const forms = Object.values(found.plan.modules).map((row) => JSON.stringify(row));
          assert.equal(new Set(forms).size, 1);
          assert.equal(forms.length, found.modules);
        },
      ),
    );
  });

  it('is told with the totals of the draft, and is none without an adapter', () => {
    const of = lora();
    assert.equal(draftFacts(of, fresh()).control, undefined);
    const state = changed(of, fresh(), {
      change: 'rows',
      label: '',
      rows: { [down(3)]: { rank: 16 }, [down(2)]: { rank: 16 } },
    });
    const { control, totals } = draftFacts(of, state);
    assert.equal(totals.parameters, 2 * 16 * 224);
    assert.deepEqual(control, { rank: 4, modules: 12, parameters: 4 * perRank });
  });

  it('is none where the experiment names a target that the model has not', () => {
    const adapter = { targets: ['nope'], rank: 4, alpha: 8, experts: 1 };
    assert.equal(uniformControl({ ...lora({ adapter }), modules: syntheticModel(4) }, 1e6), undefined);
  });
});

const strip = (found: ReturnType<typeof uniformControl>) =>
  found && { rank: found.rank, modules: found.modules, parameters: found.parameters };
