import assert from 'node:assert/strict';
import { nextStep } from '../../../src/search/nextStep';
import { outlookOf } from '../../../src/search/outlook';
import { candidatesOf, makeSpace, type Dimension, type Point } from '../../../src/search/space';
import { surrogateOf } from '../../../src/search/surrogate';
import { newStudy, type Study } from '../../../src/search/study';
import type { StudyEvent, StudySettings } from '../../../src/search/studyEvents';
import {
  apply,
  at,
  cost,
  doublings,
  oneRank,
  ranks,
  runStudy,
  settingsOf,
  studyWith,
  trialEvents,
} from './studies';

const silent = { paused: false, waiting: [], refusals: [] };
const layers = { name: 'layers', scale: 'linear' as const, candidates: [0.25, 0.5, 1] };
const space = makeSpace([ranks(doublings(6)), layers], cost, 40_000);
const measure = ({ rank = 1, layers: share = 1 }: Point, seed: number): number =>
  0.9 - 0.01 * (Math.log2(rank) - 4) ** 2 - 0.05 * (share - 0.6) ** 2 + 0.002 * Math.sin(7 * rank + seed);
const studyOf = (more: Partial<StudySettings> = {}): Study =>
  runStudy(newStudy(settingsOf({ space, evaluations: 8, startup: 3, ...more })), measure).study;
/** As it was when so many trials were told. */
const until = ({ settings, candidates, trials }: Study, count: number): Study => ({
  ...{ settings, candidates, trials: trials.slice(0, count) },
});
const proposed = (...points: readonly Point[]): StudyEvent => ({
  ...{ at, type: 'proposed', proposals: points.map((point) => ({ point })) },
});

describe('the model of a study', () => {
  it('is fitted once, and anew where the study has grown', () => {
    const study = studyOf();
    const model = surrogateOf(study);
    assert.ok(model);
    assert.equal(surrogateOf(study), model);
    assert.notEqual(surrogateOf(until(study, 4)), model);
  });
});

describe('the outlook of a search', () => {
  it('expects of each candidate what the proposer does, and names what it proposes', () => {
    const study = studyOf();
    const asked = study.trials.filter(({ why }) => why !== undefined);
    assert.ok(asked.length >= 3);
    for (const trial of asked) {
      const then = until(study, trial.number);
      const { points, next } = outlookOf(then, silent);
      const key = JSON.stringify(trial.point);
      const { expected } = points.find(({ point }) => JSON.stringify(point) === key)!;
      assert.deepEqual(expected, {
        mean: trial.why!.mean,
        deviation: trial.why!.deviation,
        gain: trial.why!.expectedImprovement,
      });
      const gains = points.flatMap((one) => one.expected?.gain ?? []);
      assert.equal(Math.max(...gains), expected!.gain);
      assert.match(
        next[0]!,
        new RegExp(`^Rank ${trial.point['rank']}, ${100 * trial.point['layers']!} % of`),
      );
    }
  });

  it('says why each trial was tried, the same however much came after it', () => {
    const study = studyOf();
    const { trials } = outlookOf(study, silent);
    const early = outlookOf(until(study, 6), silent);
    assert.deepEqual(
      trials.slice(0, 6).map(({ why }) => why),
      early.trials.map(({ why }) => why),
    );
    assert.match(trials[0]!.why[0]!, /^One of the 4 first points, .*: the smallest corner\.$/);
    assert.match(trials[1]!.why[0]!, /: the largest corner\.$/);
    assert.match(trials[3]!.why[0]!, /: the one farthest from the others\.$/);
    const [expects, gains, so] = trials[4]!.why;
    assert.match(
      expects!,
      /^The model expects [\d.]+ % ± [\d.]+ % accuracy of it, .* the best so far \(rank \d+, /,
    );
    const said =
      /^On average a trial here would gain ([\d.]+) %, the most of the (\d+) candidates that were left; then come rank .* \(([\d.]+) %\) and rank .* \(([\d.]+) %\)\.$/.exec(
        gains!,
      );
    assert.ok(said, gains);
    assert.ok(Number(said[1]) >= Number(said[3]) && Number(said[3]) >= Number(said[4]));
    assert.equal(Number(said[2]), study.candidates.length - 4);
    assert.match(so!, /^It is tried for what is/);
  });

  it('has lines that go through what it expects of the candidates, within the budget', () => {
    const { curves, points } = outlookOf(until(studyOf(), 6), silent);
    assert.equal(curves.filter(({ dimension }) => dimension === 'rank').length, 3);
    for (const { dimension, at: others, places } of curves) {
      const xs = places.map(({ x }) => x);
      assert.deepEqual(
        xs,
        [...xs].sort((a, b) => a - b),
      );
      const line = points.filter(
        ({ point, keepsBudget }) =>
          keepsBudget && Object.entries(others).every(([name, value]) => point[name] === value),
      );
      assert.equal(xs[0], Math.min(...line.map(({ point }) => point[dimension]!)));
      assert.equal(xs.at(-1), Math.max(...line.map(({ point }) => point[dimension]!)));
      for (const { point, expected } of line) {
        const place = places.find(({ x }) => Math.abs(x - point[dimension]!) < 1e-9)!;
        assert.ok(Math.abs(place.mean - expected!.mean) < 1e-9);
        assert.ok(Math.abs(place.deviation - expected!.deviation) < 1e-9);
      }
    }
  });

  it('knows every point, what it takes, and which were tried, asked for or dear', () => {
    const study = until(studyOf(), 5);
    const free = study.candidates.find(
      ({ point }) => !study.trials.some((trial) => JSON.stringify(trial.point) === JSON.stringify(point)),
    )!;
    const waiting = [{ request: 0, point: free.point }];
    const { points, requests, next } = outlookOf(study, { ...silent, waiting });
    assert.equal(points.length, 18);
    assert.deepEqual(
      points.filter(({ keepsBudget }) => !keepsBudget).map(({ point }) => point),
      [{ rank: 64, layers: 1 }],
    );
    assert.equal(points.find(({ keepsBudget }) => !keepsBudget)!.expected, undefined);
    assert.deepEqual(
      points
        .filter(({ trial }) => trial !== undefined)
        .map(({ trial }) => trial)
        .sort(),
      [0, 1, 2, 3, 4],
    );
    assert.ok(points.every(({ trial, expected }) => trial === undefined || expected!.gain === undefined));
    assert.deepEqual(
      points.filter(({ isAsked }) => isAsked).map(({ point }) => point),
      [free.point],
    );
    assert.deepEqual(requests, { paused: false, waiting: [free.point] });
    assert.match(next.join(' '), /comes next\. Asked for by hand\.$/);
  });

  it('says that a trial was asked for by hand, and what was expected of it', () => {
    const study = until(studyOf(), 5);
    const point = { rank: 32, layers: 0.25 };
    const byHand = apply(study, { at, type: 'proposed', proposals: [{ point, request: 0 }] });
    const { why } = outlookOf(byHand, silent).trials.at(-1)!;
    assert.equal(why[0], 'Asked for by hand.');
    assert.match(why[1]!, /^The model expects /);
    const first = apply(newStudy(study.settings), {
      at,
      type: 'proposed',
      proposals: [{ point, request: 0 }],
    });
    assert.deepEqual(outlookOf(first, silent).trials[0]!.why, ['Asked for by hand.']);
  });

  it('has the best after each trial that came to its end, and the front', () => {
    const settings = settingsOf({ evaluations: 6 });
    const told = [
      [{ rank: 8 }, 0.5],
      [{ rank: 64 }, 0.6],
      [{ rank: 2 }, 0.4],
      [{ rank: 16 }, 0.45],
    ] as const;
    const study = apply(studyWith(settings, told), proposed({ rank: 4 }), {
      at,
      type: 'failed',
      trial: 4,
      reason: 'x',
    });
    const { bestSoFar, front, trials } = outlookOf(study, silent);
    assert.deepEqual(
      bestSoFar,
      [0.5, 0.6, 0.6, 0.6].map((value, trial) => ({ trial, value })),
    );
    assert.deepEqual(front, [2, 0, 1]);
    assert.deepEqual(
      trials.map(({ objective }) => objective),
      [0.5, 0.6, 0.4, 0.45, undefined],
    );
  });

  it('turns round for losses, counts size, and shows how far seeds lie apart', () => {
    const objective = { metric: 'loss', direction: 'minimize' as const, sizeWeight: 0.1 };
    const settings = settingsOf({ objective, seeds: [1, 2], space: { ...oneRank(), costLimit: 80_000 } });
    let study = newStudy(settings);
    for (const [trial, rank] of [2, 64, 8].entries()) {
      const open = apply(study, proposed({ rank }));
      study = apply(open, ...trialEvents(open, trial, (point, seed) => 1 / point['rank']! + seed / 100));
    }
    const { trials, isNetOfSize, points, bestSoFar } = outlookOf(study, silent);
    assert.ok(isNetOfSize);
    const size = (0.1 * 64) / 80;
    assert.ok(Math.abs(trials[1]!.objective! - (1 / 64 + 0.015 + size)) < 1e-12);
    assert.ok(Math.abs(trials[1]!.spread![0] - (1 / 64 + 0.01 + size)) < 1e-12);
    assert.ok(bestSoFar[1]!.value < bestSoFar[0]!.value);
    // A small loss is expected where a small one was found.
    const at64 = points.find(({ point }) => point['rank'] === 64)!.expected!;
    const at2 = points.find(({ point }) => point['rank'] === 2)!.expected!;
    assert.ok(at64.mean < at2.mean);
    const step = nextStep(study);
    assert.ok(step.type === 'propose');
    const { why } = outlookOf(apply(study, { at, type: 'proposed', proposals: [...step.proposals] }), silent)
      .trials[3]!;
    assert.match(why[0]!, /loss net of size of it/);
    assert.match(why[1]!, /would lower it by/);
  });

  it('has its own sentence for each proposer, and says whose line is shown', () => {
    const random = outlookOf(studyOf({ proposer: 'random' }), silent);
    assert.match(random.trials[2]!.why[0]!, /^Drawn by chance out of the 15 candidates/);
    assert.match(random.curveWords[0]!, /the proposer random does not look at it\.$/);
    assert.ok(random.curves.length > 0);
    const grid = outlookOf(studyOf({ proposer: 'grid' }), silent);
    assert.match(grid.trials[2]!.why[0]!, /^The next candidate in the order of the space/);
    const tpe = outlookOf(studyOf({ proposer: 'tpe' }), silent);
    assert.match(tpe.trials[2]!.why[0]!, /^Drawn by chance: TPE learns .* once there are 3\.$/);
    assert.match(tpe.trials[3]!.why[0]!, /^TPE drew points/);
    assert.match(outlookOf(studyOf(), silent).curveWords[0]!, /that the search proposes by/);
  });

  it('makes up no deviation while values do not differ, and says nothing of a dimension with one candidate', () => {
    const narrow = makeSpace([ranks(doublings(5)), { ...layers, candidates: [0.25] }], cost);
    const settings = settingsOf({ space: narrow, evaluations: 4 });
    const same = studyWith(settings, [[{ rank: 2, layers: 0.25 }, 0.594]]);
    const one = outlookOf(same, silent);
    assert.ok(one.points.every(({ expected }) => expected === undefined) && one.curves.length === 0);
    assert.equal(one.trials[0]!.objective, 0.594);
    const byHand: StudyEvent = {
      ...{ at, type: 'proposed', proposals: [{ point: { rank: 8, layers: 0.25 }, request: 0 }] },
    };
    assert.deepEqual(outlookOf(apply(same, byHand), silent).trials[1]!.why, ['Asked for by hand.']);
    const told = [
      [{ rank: 2, layers: 0.25 }, 0.594],
      [{ rank: 32, layers: 0.25 }, 0.656],
    ] as const;
    const two = outlookOf(studyWith(settings, told), silent);
    assert.ok(two.points.every(({ expected }) => expected !== undefined && expected.deviation < 0.1));
    assert.match(two.curveWords[1]!, /within about [\d.]+ doublings of rank, and a trial/);
  });

  it('names as many dimensions as there are to go along, in a sentence', () => {
    const wordsOf = (dimensions: readonly Dimension[]): string | undefined => {
      const points = candidatesOf(makeSpace(dimensions, cost)).map(({ point }) => point);
      const told = [points[0]!, points.at(-1)!].map((point, index) => [point, 0.5 + index / 10] as const);
      const settings = settingsOf({ space: makeSpace(dimensions, cost), seeds: [1] });
      return outlookOf(studyWith(settings, told), silent).curveWords[1];
    };
    const [some, single] = [doublings(3), [2]];
    assert.match(
      wordsOf([ranks(some), ranks(some, 'mlp_rank'), ranks(some, 'experts')]) ?? '',
      /within about [\d.]+ doublings of rank, [\d.]+ doublings of mlp rank and [\d.]+ doublings of experts, and a/,
    );
    // One point, told for two seeds.
    const settings = settingsOf({ space: makeSpace([ranks(single)], cost), seeds: [1, 2] });
    const alone = apply(
      ...([newStudy(settings), proposed({ rank: 2 })] as const),
      { at, type: 'told', trial: 0, seed: 1, value: 0.5 },
      { at, type: 'told', trial: 0, seed: 2, value: 0.6 },
    );
    const { curveWords } = outlookOf(alone, silent);
    assert.equal(curveWords.length, 2);
    assert.match(curveWords[1]!, /^It takes a trial's noise for [\d.]+ %\.$/);
  });

  it('says of the next one only what can be known', () => {
    const begun = newStudy(settingsOf({ space, evaluations: 6 }));
    const first = outlookOf(begun, silent);
    assert.deepEqual(
      first.points.filter(({ expected }) => expected !== undefined),
      [],
    );
    assert.match(first.next.join(' '), /^Rank 2, 25 % of layers comes next\. One of the 4 first points/);
    assert.deepEqual(first.curveWords, ['There is no model before two trials have values that differ.']);
    const study = studyOf();
    const running = apply(until(study, 5), proposed(study.trials[5]!.point));
    assert.match(
      outlookOf(running, silent).next.join(' '),
      /^What comes next is decided when trial 6 has its value\. As things stand, rank \d+, .* most to gain: [\d.]+ % on average\.$/,
    );
    const last = apply(until(study, 7), proposed(study.trials.at(-1)!.point));
    const spent = { ...last, settings: { ...last.settings, evaluations: 8 } };
    assert.deepEqual(outlookOf(spent, silent).next, ['Nothing comes next: trial 8 is the last one.']);
    assert.deepEqual(outlookOf(study, silent).next, []);
  });
});
