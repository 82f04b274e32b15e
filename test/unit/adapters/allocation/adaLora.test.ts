import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  budgetAt,
  isSettled,
  prune,
  prunesAt,
  type AdaLoraSchedule,
} from '../../../../src/adapters/allocation/adaLoraBudget';
import { orthogonality, type Factor } from '../../../../src/adapters/allocation/orthogonality';
import { scoresOfTriplets, TripletScores } from '../../../../src/adapters/allocation/tripletScores';
import peft from '../../../fixtures/adalora.json';
import { close } from '../../tensors/close';

type Matrices = Readonly<Record<string, readonly (readonly number[])[]>>;
const start = peft.start as Matrices;
const arrayOf = (matrix: readonly (readonly number[])[] | undefined): Float32Array =>
  Float32Array.from((matrix ?? []).flat());

/** The numbers of PEFT's own RankAllocator and AdaLoraModel (`scripts/reference/training.py`). */
describe('AdaLoRA as PEFT computes it', () => {
  it('has its budget and its prunings at every step', () => {
    const schedule = { initial: 8, target: 4, steps: 12, warmup: 2, final: 3, interval: 2 };
    peft.budget.forEach(([budget, masks], step) => {
      assert.equal(budgetAt(step, schedule), budget, `step ${step}`);
      // The model masks once more where the final phase begins, and by the settled pattern from there on.
      assert.equal(
        prunesAt(step, schedule) || isSettled(step, schedule),
        masks === true || step === 9,
        `step ${step}`,
      );
    });
  });

  const scores = new TripletScores({ beta1: 0.85, beta2: 0.75 });
  const modules = ['m0', 'm1'];

  it('has its moving averages of importance and uncertainty', () => {
    for (const gradients of peft.gradients as readonly Matrices[]) {
      for (const [name, gradient] of Object.entries(gradients)) {
        scores.update(name, arrayOf(start[name]), arrayOf(gradient));
      }
    }
    const state = scores.state();
    for (const name of Object.keys(start)) {
      const [importance, uncertainty] = [peft.importance, peft.uncertainty].map((all) =>
        (all as Matrices)[name]!.flat(),
      );
      close(state.get(`${name}.importance`)!, importance!, 1e-6, `importance of ${name}`);
      close(state.get(`${name}.uncertainty`)!, uncertainty!, 1e-6, `uncertainty of ${name}`);
      close(
        scores.score(name),
        importance!.map((mean, i) => mean * uncertainty![i]!),
        1e-6,
        `score of ${name}`,
      );
    }
  });

  it('keeps the triplets that it keeps', () => {
    const triplets = modules.flatMap((module) => {
      const [e, a, b] = ['E', 'A', 'B'].map((letter) => scores.score(`${module}.lora_${letter}`));
      return Array.from(scoresOfTriplets(e!, a!, b!), (score, index) => ({ module, index, score }));
    });
    const staying = new Set(prune(triplets, peft.keep).map(({ module, index }) => `${module} ${index}`));
    const stays = Object.entries(peft.stays).flatMap(([module, pattern]) =>
      pattern.flatMap((stay, index) => (stay ? [`${module} ${index}`] : [])),
    );
    assert.deepEqual([...staying].sort(), stays.sort());
    assert.equal(staying.size, 5);
  });

  it('goes on from a state as if it had not stopped', () => {
    const resumed = new TripletScores({ beta1: 0.85, beta2: 0.75 });
    resumed.restore(scores.state(), Object.keys(start));
    for (const each of [scores, resumed]) {
      for (const name of Object.keys(start)) each.update(name, arrayOf(start[name]), arrayOf(start[name]));
    }
    assert.deepEqual(resumed.state(), scores.state());
  });

  it('has its penalty and the gradient that autograd gives', () => {
    const factors = Object.entries(peft.penaltyGradients as Matrices).map(([name, gradient]) => {
      const values = arrayOf(start[name]);
      const orthonormal = name.endsWith('lora_A') ? ('rows' as const) : ('columns' as const);
      // What is there already must stay: gradients are added.
      return {
        name,
        values,
        rank: 4,
        orthonormal,
        expected: gradient.flat(),
        gradient: new Float32Array(values.length).fill(0.5),
      };
    });
    const penalty = orthogonality(factors, 2);
    assert.ok(Math.abs(penalty / (2 * peft.penalty) - 1) < 1e-7, `${penalty}`);
    for (const { name, gradient, expected } of factors) {
      close(
        gradient,
        expected.map((value) => 0.5 + 2 * value),
        1e-6,
        name,
      );
    }
  });
});

describe('AdaLoRA budget', () => {
  const published = { initial: 72 * 12, target: 72 * 8, steps: 1000, warmup: 100, final: 200, interval: 10 };

  it('falls by the cube', () => {
    const at = [100, 101, 275, 450, 625, 800].map((step) => budgetAt(step, published));
    assert.deepEqual(at, [864, 862, 697, 612, 580, 576]);
  });

  it('never rises, stays between its ends, and is at its end when the last pruning comes', () => {
    const schedules = fc
      .record({
        target: fc.integer({ min: 1, max: 500 }),
        more: fc.nat({ max: 500 }),
        warmup: fc.nat({ max: 50 }),
        middle: fc.integer({ min: 1, max: 200 }),
        final: fc.nat({ max: 50 }),
        interval: fc.integer({ min: 1, max: 20 }),
      })
      .map(({ target, more, warmup, middle, final, interval }): AdaLoraSchedule => ({
        initial: target + more,
        target,
        steps: warmup + middle + final,
        warmup,
        final,
        interval,
      }));
    fc.assert(
      fc.property(schedules, (schedule) => {
        const prunings = Array.from({ length: schedule.steps }, (_, i) => i + 1).filter((step) =>
          prunesAt(step, schedule),
        );
        for (let step = 1; step <= schedule.steps; step++) {
          const budget = budgetAt(step, schedule);
          assert.ok(
            Number.isInteger(budget) && budget <= budgetAt(step - 1, schedule) && budget >= schedule.target,
          );
        }
        assert.equal(budgetAt(0, schedule), schedule.initial);
        assert.equal(budgetAt(prunings.at(-1)!, schedule), schedule.target);
        assert.ok(prunings.every((step) => step > schedule.warmup && !isSettled(step, schedule)));
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe('pruning of triplets', () => {
  const triplets = (...scores: number[]) => scores.map((score, index) => ({ module: 'm', index, score }));
  const kept = (scores: number[], keep: number): number[] =>
    prune(triplets(...scores), keep).map(({ index }) => index);

  it('drops the lowest, and all that tie with the highest of them', () => {
    assert.deepEqual(kept([5, 1, 3, 2], 2), [0, 2]);
    assert.deepEqual(kept([1, 2, 2, 3], 2), [3]);
    assert.deepEqual(kept([0, 0, 0], 2), []);
    assert.deepEqual(kept([0, NaN, 1], 1), [1]);
    assert.deepEqual(kept([4, 4], 2), [0, 1]);
    assert.deepEqual(kept([4, 5], 0), []);
  });

  it('keeps as many as it may where all scores differ, and none that is lower than one dropped', () => {
    const scores = fc.uniqueArray(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(scores, fc.nat({ max: 60 }), (given, keep) => {
        const staying = prune(triplets(...given), keep);
        assert.equal(staying.length, Math.min(keep, given.length));
        const lowest = Math.min(...staying.map(({ score }) => score));
        const dropped = given.filter((score) => !staying.some((triplet) => triplet.score === score));
        assert.ok(dropped.every((score) => score < lowest));
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('orthogonality', () => {
  const factorOf = (
    values: readonly number[],
    rank: number,
    orthonormal: Factor['orthonormal'],
  ): Factor & { gradient: Float32Array } => ({
    values: Float32Array.from(values),
    rank,
    orthonormal,
    gradient: new Float32Array(values.length),
  });

  it('is 0, and pulls nowhere, where rows or columns are orthonormal', () => {
    const rows = factorOf([1, 0, 0, 0, 1, 0], 2, 'rows');
    const columns = factorOf([0, 1, 1, 0, 0, 0], 2, 'columns');
    assert.equal(orthogonality([rows, columns]), 0);
    assert.deepEqual(rows.gradient, new Float32Array(6));
    assert.deepEqual(columns.gradient, new Float32Array(6));
    assert.equal(orthogonality([]), 0);
  });

  it('has the gradient that central differences give', () => {
    const shapes = fc.record({
      rank: fc.integer({ min: 1, max: 4 }),
      length: fc.integer({ min: 1, max: 6 }),
      orthonormal: fc.constantFrom('rows' as const, 'columns' as const),
    });
    const entries = fc.array(fc.integer({ min: -32, max: 32 }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(fc.array(fc.tuple(shapes, entries), { minLength: 1, maxLength: 3 }), (given) => {
        const factors = given.map(([{ rank, length, orthonormal }, values]) =>
          // Sixteenths, so that a step of 2^-10 is exact in float32. Off the identity, where the norm has a kink.
          factorOf(
            values.slice(0, rank * length).map((value) => value / 16 + 1 / 64),
            rank,
            orthonormal,
          ),
        );
        orthogonality(factors, 0.5);
        const plain = factors.map(({ values, rank, orthonormal }) => ({ values, rank, orthonormal }));
        const h = 2 ** -10;
        factors.forEach(({ values, gradient }) =>
          gradient.forEach((slope, i) => {
            const at = values[i]!;
            const around = [at + h, at - h].map((value) => {
              values[i] = value;
              return orthogonality(plain, 0.5);
            });
            values[i] = at;
            const difference = (around[0]! - around[1]!) / (2 * h);
            assert.ok(
              Math.abs(difference - slope) < 2e-3 * (1 + Math.abs(slope)),
              `${difference} instead of ${slope}`,
            );
          }),
        );
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
