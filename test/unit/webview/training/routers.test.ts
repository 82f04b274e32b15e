import assert from 'node:assert/strict';
import { balanceOf, balanceWords } from '../../../../webview/model/training/evenness';
import { routedEvaluations, routerView } from '../../../../webview/model/training/routers';
import { stateOf } from '../sampleRuns';
import { training } from '../trainings';

describe('how evenly a router shares out', () => {
  const wordsOf = (...shares: number[]) => balanceWords(shares, 'expert');

  it('is said in words', () => {
    assert.equal(wordsOf(0.1, 0.71, 0.1, 0.09), 'expert 2 takes 71 %: nearly collapsed');
    assert.equal(wordsOf(0.26, 0.24, 0.25, 0.25), 'even: expert 1 has the most, 26 %');
    assert.equal(wordsOf(0.2, 0.2, 0.55, 0.05), 'expert 3 takes 55 %: uneven');
    assert.equal(wordsOf(0.97, 0.02, 0.01), 'expert 1 takes 97 %: collapsed; experts 2, 3 hardly used');
    assert.equal(wordsOf(0.49, 0.51, 0), 'expert 2 takes 51 %: uneven; expert 3 hardly used');
    // Of two, the same share is less of a collapse than of eight.
    assert.equal(wordsOf(0.71, 0.29), 'expert 1 takes 71 %: uneven');
  });

  it('is measured by the entropy, 1 for an even share and 0 for everything to one', () => {
    assert.ok(Math.abs(balanceOf([0.25, 0.25, 0.25, 0.25]).entropy - 1) < 1e-12);
    assert.equal(balanceOf([0, 1, 0]).entropy, 0);
    assert.deepEqual([balanceOf([1]).entropy, balanceOf([1]).evenness], [1, 'even']);
  });
});

for (const [method, one, steps, words] of [
  [
    ...(['lora-smoe', 'expert', [27, 54, 81, 107]] as const),
    /^Step 107: 24 routers over 4 experts: \d+ even, \d+ uneven\. Least even: layer \d \w+, expert \d takes \d+ %: uneven\.$/,
  ],
  [
    ...(['lily', 'B', [43, 86, 129, 170]] as const),
    /^Step 170: 24 routers over 4 B’s: 20 even, 4 uneven\. Least even: layer 7 down, B 2 takes 66 %: uneven\.$/,
  ],
] as const) {
  describe(`the routers of ${method}`, () => {
    const run = stateOf(training(method));
    const evaluations = routedEvaluations(run.trials[0]!);

    it('are told with each evaluation behind the start', () => {
      assert.deepEqual(
        evaluations.map(({ step }) => step),
        steps,
      );
    });

    it('are a map with the largest share of each module, and all shares as bars', () => {
      const { map, words: said } = routerView(run, evaluations.at(-1)!, one);
      assert.deepEqual(map.columns, ['q', 'v', 'down']);
      assert.equal(map.rows.length, 8);
      for (const cell of map.rows.flatMap(({ cells }) => cells)) {
        assert.equal(cell.bars?.length, 4);
        const top = cell.bars.indexOf(Math.max(...cell.bars));
        assert.equal(cell.text, `${top + 1}: ${Math.round(100 * (cell.bars[top] ?? NaN))} %`);
        assert.ok(cell.fill >= 0 && cell.fill <= 1);
        assert.ok(cell.words.includes(`${one} ${top + 1}`));
      }
      assert.match(said, words);
    });
  });
}

describe('the routers of a training that was hurried', () => {
  it('show the expert that next to nobody chose', () => {
    const run = stateOf(training('lora-smoe'));
    const [, , third] = routedEvaluations(run.trials[0]!);
    const { words } = routerView(run, third!, 'expert');
    assert.match(words, /Least even: layer 6 down, expert 4 takes 55 %: uneven; expert 3 hardly used\.$/);
  });
});

describe('a router of a model that is a mixture of experts itself', () => {
  it('is the least even one of its layer and role', () => {
    const modules = [0, 1].map((expert) => ({
      ...{ path: `model.layers.0.experts.${expert}.up`, layer: 0, role: 'up' as const },
      ...{ inFeatures: 4, outFeatures: 4 },
    }));
    const routers = [
      [0.5, 0.5],
      [0.9, 0.1],
    ];
    const { map } = routerView(
      { modules },
      { step: 8, split: 'validation', metrics: [], best: true, routers },
      'expert',
    );
    assert.equal(
      map.rows[0]?.cells[0]?.words,
      'expert 1 takes 90 %: nearly collapsed, the least even of 2 modules',
    );
  });
});
