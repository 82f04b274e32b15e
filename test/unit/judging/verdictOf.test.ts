import assert from 'node:assert/strict';
import {
  openControls,
  verdictOf,
  type ArmOutcomes,
  type Outcome,
  type VerdictTerms,
} from '../../../src/judging/verdictOf';
import { verdictSchema, type ArmName, type Verdict } from '../../../src/shared/verdict';
import { judgedTrainings, judgingWords, verdictTag } from '../../../src/shared/verdictWords';
import { emptyRun } from '../../../src/shared/runState';
import { normals } from './simulated';
import { throwsWith } from '../files/throwsCode';

const terms: VerdictTerms = {
  ...{ plan: { modules: {}, shared: [] }, split: 'test', margin: 0.01, level: 0.05 },
  seeds: [1, 2, 3],
};

/** An arm whose seeds have so many of 200 examples right. */
const answering = (name: ArmName, right: readonly number[], parameters = 1000): ArmOutcomes => ({
  ...{ name, method: 'lora', parameters, layers: 2, modules: 4, experts: 4 },
  outcomes: right.map((count, at): Outcome => {
    const hits = Array.from({ length: 200 }, (_, example) => Number(example < count));
    return {
      ...{ seed: at + 1, secondsPerStep: name === 'plan' ? 0.5 : 1, memoryBytes: 1e8 },
      tasks: [{ task: 'spam', losses: hits.map((hit) => 1 - hit), targets: hits.map(() => 1), hits }],
    };
  }),
});

/** An arm of next tokens: mean loss of each example, the second one with three times the tokens. */
const predicting = (name: ArmName, losses: readonly (readonly number[])[]): ArmOutcomes => ({
  ...answering(name, []),
  outcomes: losses.map((of, at) => ({
    ...{ seed: at + 1, secondsPerStep: 1, memoryBytes: 1e8 },
    tasks: [{ task: 'text', losses: of, targets: of.map((_, example) => (example % 2 === 0 ? 1 : 3)) }],
  })),
});

const words = (verdict: Verdict): string => verdict.words;
const answers = (verdict: Verdict): string[] => verdict.answers.map((one) => one.words);

describe('a verdict', () => {
  it('is better where the interval leaves no other call, and says by how much and at what cost', () => {
    const verdict = verdictOf(terms, [
      answering('plan', [180, 181, 180]),
      answering('uniform', [120, 121, 121]),
    ]);
    const [one] = verdict.comparisons;
    assert.deepEqual([one!.call, one!.isOver, verdict.isOver], ['better', true, true]);
    assert.ok(Math.abs(one!.difference - 59.666_666_7 / 200) < 1e-8);
    assert.deepEqual(
      one!.bySeed.map((value) => value.toFixed(6)),
      ['0.300000', '0.300000', '0.295000'],
    );
    assert.deepEqual(one!.timeRatios, [0.5, 0.5, 0.5]);
    assert.match(
      words(verdict),
      /^Better than the uniform plan of at most its size: accuracy 90\.2 % against 60\.3 % on test data, 29\.8 points more \(\d+\.\d to \d+\.\d with 95 % confidence, 3 seeds\), at 50\.0 % of its time a step\.$/,
    );
    assert.match(answers(verdict)[0]!, /^Yes: 29\.8 points more/);
    assert.equal(answers(verdict)[1], 'Not asked: name all-layers under judge.controls.');
    assert.equal(
      answers(verdict)[2],
      'Yes: a step takes 50.0 % of the time of the uniform plan of at most its size (50.0 % to 50.0 %, 3 seeds).',
    );
    assert.equal(verdictTag(verdict), 'better than uniform');
    assert.deepEqual(verdictSchema.parse(JSON.parse(JSON.stringify(verdict))), verdict);
  });

  it('is worse the other way round', () => {
    const verdict = verdictOf(terms, [
      answering('plan', [120, 121, 121]),
      answering('uniform', [180, 181, 180]),
    ]);
    assert.equal(verdict.comparisons[0]!.call, 'worse');
    assert.match(
      words(verdict),
      /^Worse than the uniform plan of at most its size: .* 29\.8 points less \(\d/,
    );
    assert.match(answers(verdict)[0]!, /^No, worse: 29\.8 points less/);
    assert.equal(answers(verdict)[2], 'Not shown: that its quality is the same is not clear.');
  });

  it('is none where seeds differ as much as arms, and says how far off it may be', () => {
    const verdict = verdictOf(terms, [
      answering('plan', [150, 110, 170]),
      answering('uniform', [130, 150, 120]),
    ]);
    const [one] = verdict.comparisons;
    assert.deepEqual([one!.call, one!.isEquivalent, one!.isAsGood], ['none', false, false]);
    const reach = (100 * Math.max(...one!.interval.map(Math.abs))).toFixed(1);
    assert.ok(
      words(verdict).startsWith(
        `No difference from the uniform plan of at most its size found, within ± ${reach} points:`,
      ),
      words(verdict),
    );
    assert.equal(verdictTag(verdict), 'no difference from uniform');
  });

  it('is as good where the interval lies within the margin', () => {
    const same = [150, 151, 149];
    const verdict = verdictOf(terms, [answering('plan', same), answering('uniform', same)]);
    const [one] = verdict.comparisons;
    assert.deepEqual([one!.call, one!.isEquivalent, one!.p], ['none', true, 1]);
    assert.match(words(verdict), /^As good as the uniform plan of at most its size, within ± 1\.0 points: /);
    assert.equal(verdictTag(verdict), 'as good as uniform');
  });

  it('asks of what costs more only whether the plan is as good', () => {
    const seeds = [1, 2, 3, 4, 5];
    const verdict = verdictOf({ ...terms, seeds, margin: 0.2 }, [
      answering('plan', [150, 155, 148]),
      answering('all-layers', [152, 150, 151], 4000),
    ]);
    const [one] = verdict.comparisons;
    assert.deepEqual([one!.isAsGood, one!.isOver, verdict.isOver], [true, true, true]);
    assert.match(
      answers(verdict)[1]!,
      /^Yes: 25\.0 % of the parameters of the same row in all layers, no difference on average \(−8\.3 to 8\.3 with/,
    );
    assert.match(words(verdict), /at 25\.0 % of its parameters and 50\.0 % of its time a step\.$/);
  });

  it('weighs losses by their targets, and takes less for better', () => {
    const normal = normals(3);
    const noisy = (mean: number): number[] => Array.from({ length: 40 }, () => mean + 0.01 * normal());
    const verdict = verdictOf(terms, [
      predicting('plan', [noisy(1), noisy(1), noisy(1)]),
      predicting('uniform', [noisy(1.2), noisy(1.2), noisy(1.2)]),
    ]);
    assert.equal(verdict.metric, 'loss');
    assert.equal(verdict.comparisons[0]!.call, 'better');
    assert.ok(verdict.comparisons[0]!.difference < 0);
    assert.match(
      words(verdict),
      /^Better than .*: loss 1\.\d{3} against 1\.\d{3} on test data, 0\.\d{3} less \(0\.\d{3} to 0\.\d{3} with/,
    );
    const exact = verdictOf(terms, [predicting('plan', [[1, 2]]), predicting('uniform', [[1, 1]])]);
    assert.equal(exact.arms[0]!.results[0]!.value, (1 + 3 * 2) / 4);
  });

  it('is as good where it is worse by less than matters, in sentence, answers and tag alike', () => {
    const plan = predicting('plan', [
      [1.003, 1.003],
      [1.003, 1.003],
      [1.003, 1.003],
    ]);
    const control = predicting('all-layers', [
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    const verdict = verdictOf(terms, [plan, { ...control, parameters: 4000 }]);
    assert.deepEqual([verdict.comparisons[0]!.call, verdict.comparisons[0]!.isAsGood], ['worse', true]);
    assert.match(words(verdict), /^As good as the same row in all layers, within ± 0\.010: /);
    assert.match(answers(verdict)[1]!, /^Yes: 25\.0 % /);
    assert.equal(verdictTag(verdict), 'as good as all layers');
  });

  it('is not worse by what matters where only better is left beside the margin', () => {
    const verdict = verdictOf({ ...terms, margin: 0.02 }, [
      answering('plan', [150, 152, 154]),
      answering('uniform', [150, 149, 150]),
    ]);
    const [one] = verdict.comparisons;
    assert.deepEqual([one!.call, one!.isAsGood, one!.isEquivalent], ['none', true, false]);
    assert.match(words(verdict), /^At least as good as .* size, or worse by less than 2\.0 points: /);
    assert.match(answers(verdict)[0]!, /^Not shown, but not worse by 2\.0 points: /);
  });

  it('says how much worse it may be by the end of the interval that is worse', () => {
    const verdict = verdictOf({ ...terms, margin: 0 }, [
      answering('plan', [150, 152, 156]),
      answering('all-layers', [150, 149, 151], 4000),
    ]);
    const [low] = verdict.comparisons[0]!.interval;
    assert.ok(low < 0 && -low < verdict.comparisons[0]!.interval[1]);
    assert.ok(
      answers(verdict)[1]!.startsWith(
        `Not shown, it may be worse by up to ${(-100 * low).toFixed(1)} points`,
      ),
    );
  });

  it('says the size of a control that could not be as large, and why there was none', () => {
    const verdict = verdictOf(
      terms,
      [answering('plan', [180, 181, 180]), answering('uniform', [120, 121, 121], 600)],
      [{ control: 'all-layers', why: 'The plan is its own control all-layers.' }],
    );
    assert.match(answers(verdict)[0]!, /^Yes: 29\.8 points more \(.*\), at 166\.7 % of its parameters\.$/);
    assert.equal(answers(verdict)[1], 'Not asked: the plan is its own control all-layers.');
  });

  it('is open before two seeds, and so far what they say before the last', () => {
    const none = verdictOf(terms, [answering('plan', []), answering('uniform', [])]);
    assert.deepEqual([none.isOver, none.comparisons, none.answers], [false, [], []]);
    assert.equal(words(none), 'Not judged yet: it takes two seeds.');
    assert.equal(verdictTag(none), undefined);
    const two = verdictOf(terms, [answering('plan', [150, 110]), answering('uniform', [130, 150])]);
    assert.match(words(two), /^So far: no difference from/);
    assert.equal(two.isOver, false);
    const state = { ...emptyRun, status: 'running', verdict: two } as const;
    assert.equal(judgingWords(state), 'training 5 of 6');
    assert.equal(judgingWords({ ...state, status: 'done' }), undefined);
  });

  it('is none of one seed alone, and of a plan without a control', () => {
    const one = { ...terms, seeds: [1] };
    const verdict = verdictOf(one, [answering('plan', [150]), answering('uniform', [130])]);
    assert.equal(verdict.isOver, true);
    assert.equal(
      words(verdict),
      'No verdict: one seed says nothing about others. Give train.seeds three or more.',
    );
    const alone = verdictOf(
      terms,
      [answering('plan', [])],
      [{ control: 'uniform', why: 'The plan is its own control uniform.' }],
    );
    assert.equal(alone.isOver, true);
    assert.equal(words(alone), 'Nothing to judge. The plan is its own control uniform.');
    assert.deepEqual(judgedTrainings(alone), { done: 0, most: 0 });
  });

  it('goes on with the controls that are not clear, and pairs the seeds that both have', () => {
    const seeds = [1, 2, 3, 4, 5];
    const verdict = verdictOf({ ...terms, seeds }, [
      answering('plan', [180, 140, 181, 178]),
      answering('uniform', [20, 22, 21]),
      answering('random', [170, 185, 150, 190]),
    ]);
    assert.deepEqual(
      verdict.comparisons.map(({ control, seeds: paired, isOver }) => [control, paired, isOver]),
      [
        ['uniform', 3, true],
        ['random', 4, false],
      ],
    );
    assert.deepEqual(openControls(verdict), ['random']);
    assert.equal(verdict.isOver, false);
  });

  it('refuses arms of other examples', () => {
    const other = answering('uniform', [1, 2]);
    const shorter: ArmOutcomes = {
      ...other,
      outcomes: other.outcomes.map((outcome) => ({
        ...outcome,
        tasks: outcome.tasks.map((task) => ({
          ...task,
          hits: task.hits!.slice(1),
          losses: task.losses.slice(1),
        })),
      })),
    };
    throwsWith(() => verdictOf(terms, [answering('plan', [1, 2]), shorter]), 'judge-unpaired');
  });
});
