import assert from 'node:assert/strict';
import { Lora } from '../../../../src/adapters/lora';
import {
  evaluate,
  isBetter,
  standingOf,
  type EvaluationItem,
  evaluationSet,
  type Evaluated,
} from '../../../../src/engine/training/evaluate';
import { Placed } from '../../../../src/engine/training/placed';
import { TrainingPass } from '../../../../src/engine/training/trainingPass';
import type { AnySample, Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import type { TaskMetrics } from '../../../../src/shared/runEvents';
import { openDevice } from '../../../../src/tensors/device';
import { expectedOf, openFixture } from '../../../reference/fixture';
import { close } from '../../tensors/close';

/** What PyTorch gives for the fixture in float64: next-token scores of each sample's tokens. */
const llama = expectedOf('llama-1');
const logits = llama.logits as readonly (readonly (readonly number[])[])[];

const logSoftmax = (scores: readonly number[], token: number): number => {
  const most = Math.max(...scores);
  return scores[token]! - most - Math.log(scores.reduce((sum, one) => sum + Math.exp(one - most), 0));
};
const likeliest = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A sample judged as it is. */
const whole = (sample: AnySample): EvaluationItem => ({
  candidates: [sample],
  expected: 'label' in sample ? sample.label : 0,
  truth: 0,
});

describe('evaluation of a model whose adapter changes nothing', () => {
  let model: Transformer;
  let samples: readonly AnySample[];
  let breaths = 0;
  before(() => openDevice('native', 1));
  afterEach(() => model.dispose());

  async function open(name: string): Promise<void> {
    ({ model, samples } = await openFixture(name));
    await model.head.load();
    breaths = 0;
  }

  async function evaluated(items: readonly EvaluationItem[], tokens = Infinity): Promise<Evaluated> {
    const adapted = model.modules.map((module) => ({ module, rank: 2, alpha: 4, experts: 1 }));
    // B is 0 at the start: what is judged is the model itself.
    const adapter = new Lora(adapted, { dropout: 0.5, rankStabilized: false }, 1);
    const placed = new Placed();
    placed.refresh(adapter.parameters);
    const pass = new TrainingPass(model, adapter, placed, { recompute: false, streaming: false });
    const set = evaluationSet('a task', items);
    try {
      return await evaluate(pass, set, tokens, undefined, async () => void breaths++);
    } finally {
      placed.dispose();
    }
  }
  const metricsOf = async (items: readonly EvaluationItem[], tokens = Infinity): Promise<TaskMetrics> =>
    (await evaluated(items, tokens)).metrics;

  describe('that predicts next tokens', () => {
    beforeEach(() => open('llama-1'));
    const text = (sample: number): Sample => samples[sample] as Sample;

    it('has PyTorch’s loss and perplexity over all targets, long samples counting more', async () => {
      const counts = [8, 9, 4, 6];
      const nats = sum(llama.loss_per_sample.map((loss, sample) => loss * counts[sample]!));
      const { metrics, items } = await evaluated(samples.map(whole));
      close(items.losses, llama.loss_per_sample, 1e-5, 'losses');
      assert.deepEqual([items.targets, items.hits], [counts, undefined]);
      close([metrics.loss], [nats / sum(counts)], 1e-5, 'loss');
      close([metrics.perplexity!], [Math.exp(nats / sum(counts))], 1e-4, 'perplexity');
      const { task, samples: count, exactMatch, accuracy } = metrics;
      assert.deepEqual([task, count, exactMatch, accuracy], ['a task', 4, 0, undefined]);
    });

    it('gives the same in small batches, and lets others have a turn behind each', async () => {
      const large = await metricsOf(samples.map(whole));
      assert.equal(breaths, 1);
      const small = await metricsOf(samples.map(whole), 1);
      assert.equal(breaths, 5);
      close([small.loss, small.perplexity!], [large.loss, large.perplexity!], 1e-5, 'metrics');
      assert.equal(small.exactMatch, large.exactMatch);
    });

    /** The first tokens of a sample and then others, on which alone it is judged. */
    const after = (sample: number, length: number, ...answer: number[]): Sample => {
      const prompt = text(sample).ids.slice(0, length);
      return { ids: [...prompt, ...answer], targets: [...prompt.map(() => -100), ...answer] };
    };

    it('counts as exact what the model would go on with itself, to the last token', async () => {
      const best = likeliest(logits[0]![3]!);
      const second = likeliest(logits[1]![6]!);
      const other = (best + 1) % 139;
      const items = [
        after(0, 4, best),
        after(0, 4, other),
        after(1, 7, second),
        // The right first token, then one that is not even near.
        after(1, 7, second, text(1).ids[0]!),
      ].map(whole);
      assert.equal((await metricsOf(items.slice(0, 1))).exactMatch, 1);
      assert.equal((await metricsOf(items)).exactMatch, 2 / 4);
    });

    it('takes the label whose tokens are likeliest on average, not in sum', async () => {
      const [at, length] = [logits[0]!, 3];
      // Two tokens that the sample goes on with: PyTorch's scores of both are known.
      const long = text(0).ids.slice(length, length + 2);
      const [one, two] = long.map((token, i) => logSoftmax(at[length - 1 + i]!, token)) as [number, number];
      const scores = at[length - 1]!;
      const mean = (one + two) / 2;
      // One token that is less likely than their mean and likelier than both together.
      const between = scores.findIndex((_, token) => {
        const own = logSoftmax(scores, token);
        return own < mean - 0.2 && own > one + two + 0.2;
      });
      assert.ok(between >= 0);
      const labels = [after(0, length, between), after(0, length, ...long)];
      const right = await metricsOf([{ candidates: labels, expected: 1, truth: 1 }]);
      assert.deepEqual([right.accuracy, right.perplexity, right.exactMatch], [1, undefined, undefined]);
      close([right.loss], [-mean], 1e-5, 'loss of the right label');
      const wrong = await metricsOf([{ candidates: labels, expected: 0, truth: 0 }]);
      assert.equal(wrong.accuracy, 0);
      close([wrong.loss], [-logSoftmax(scores, between)], 1e-5, 'loss of the right label');
    });

    it('has accuracy, F1, correlation and majority of many items, and the loss of the right candidates', async () => {
      const labels = [5, 60, 120];
      const places = [
        [0, 4],
        [0, 7],
        [1, 5],
        [1, 9],
        [2, 3],
        [3, 4],
      ] as const;
      const predicted = places.map(([sample, length]) => {
        const own = labels.map((token) => logSoftmax(logits[sample]![length - 1]!, token));
        return own.indexOf(Math.max(...own));
      });
      assert.ok(new Set(predicted).size > 1, predicted.join());
      // Right in all but the first.
      const expected = predicted.map((label, index) => (index === 0 ? (label + 1) % 3 : label));
      const items = places.map(([sample, length], index) => ({
        candidates: labels.map((token) => after(sample, length, token)),
        expected: expected[index]!,
        truth: expected[index]!,
      }));
      for (const tokens of [Infinity, 12]) {
        const metrics = await metricsOf(items, tokens);
        close([metrics.accuracy!], [5 / 6], 1e-12, 'accuracy');
        const losses = places.map(([sample, length], index) =>
          logSoftmax(logits[sample]![length - 1]!, labels[expected[index]!]!),
        );
        close([metrics.loss], [-sum(losses) / 6], 1e-5, 'loss');
        const most = Math.max(...[0, 1, 2].map((label) => expected.filter((one) => one === label).length));
        close([metrics.majority!], [most / 6], 1e-12, 'majority');
        const f1 = [0, 1, 2]
          .filter((label) => expected.includes(label) || predicted.includes(label))
          .map((label) => {
            const both = expected.filter((one, i) => one === label && predicted[i] === label).length;
            const either = [...expected, ...predicted].filter((one) => one === label).length;
            return (2 * both) / either;
          });
        close([metrics.macroF1!], [sum(f1) / f1.length], 1e-12, 'F1');
        assert.ok(metrics.matthews! > 0 && metrics.matthews! < 1);
      }
    });
  });

  it('with a head that classifies has PyTorch’s mean loss, and the accuracy of its classes', async () => {
    await open('bert-1');
    const expected = expectedOf('bert-1');
    const labels = samples.map((sample) => (sample as { label: number }).label);
    const predicted = (expected.logits as readonly (readonly number[])[]).map(likeliest);
    const hits = predicted.filter((label, sample) => label === labels[sample]).length;
    const metrics = await metricsOf(samples.map(whole), 30);
    close([metrics.loss], [sum(expected.loss_per_sample) / 4], 1e-5, 'loss');
    assert.deepEqual([metrics.accuracy, metrics.perplexity], [hits / 4, undefined]);
    // The labels that the model says itself.
    const items = samples.map((sample, index) => whole({ ...sample, label: predicted[index]! } as AnySample));
    assert.equal((await metricsOf(items)).accuracy, 1);
  });
});

describe('the better of two evaluations', () => {
  const of = (loss: number, accuracy?: number): TaskMetrics => ({
    ...{ task: 'a', samples: 3, loss },
    ...(accuracy === undefined ? {} : { accuracy }),
  });

  it('stands by mean accuracy where every task has one, else by mean loss alone', () => {
    assert.deepEqual(standingOf([of(2, 0.5), of(4, 0.75)]), { accuracy: 0.625, loss: 3 });
    assert.deepEqual(standingOf([of(2, 0.5), of(4)]), { accuracy: undefined, loss: 3 });
    assert.deepEqual(standingOf([of(2, 0), of(4, 0)]), { accuracy: 0, loss: 3 });
  });

  it('has the higher accuracy, the lower loss in a tie, and is new', () => {
    assert.equal(isBetter({ accuracy: 0.1, loss: 9 }, undefined), true);
    assert.equal(isBetter({ accuracy: 0.6, loss: 9 }, { accuracy: 0.5, loss: 1 }), true);
    assert.equal(isBetter({ accuracy: 0.5, loss: 0.9 }, { accuracy: 0.5, loss: 1 }), true);
    assert.equal(isBetter({ accuracy: 0.5, loss: 1 }, { accuracy: 0.5, loss: 1 }), false);
    assert.equal(isBetter({ accuracy: 0.4, loss: 0.1 }, { accuracy: 0.5, loss: 1 }), false);
    assert.equal(isBetter({ accuracy: undefined, loss: 1 }, { accuracy: undefined, loss: 2 }), true);
    assert.equal(isBetter({ accuracy: undefined, loss: NaN }, { accuracy: undefined, loss: 2 }), false);
  });
});
