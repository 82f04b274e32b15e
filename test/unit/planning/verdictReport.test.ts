import assert from 'node:assert/strict';
import { markdownReport } from '../../../src/planning/report';
import { callWords, intervalWords, pWords } from '../../../src/planning/verdictNumbers';
import { judgeReport, verdictSection, verdictTable } from '../../../src/planning/verdictReport';
import { formatBytes, formatCount } from '../../../src/shared/format';
import { emptyRun } from '../../../src/shared/runState';
import { verdictSchema, type Comparison } from '../../../src/shared/verdict';
import { armTitles, signedDifference, verdictValue } from '../../../src/shared/verdictWords';
import { begin, finish, score, smallModel, stateOf } from '../webview/sampleRuns';
import { judgedRun, lossMetric, oneControl, threeControls, verdictOf } from './sampleVerdict';

const samples = { threeControls, oneControl, lossMetric };

/** The cells of the rows of Markdown tables. */
const rowsOf = (lines: readonly string[]): string[][] =>
  lines
    .filter((line) => line.startsWith('| ') && !/^\| -/.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    );

describe('the report of a verdict', () => {
  for (const [name, sample] of Object.entries(samples)) {
    it(`has the state's numbers: ${name}`, () => {
      const verdict = verdictSchema.parse(verdictOf(sample));
      const rows = rowsOf(verdictTable({ verdict }));
      for (const arm of verdict.arms) {
        const row = rows.find(([first, second]) => first === armTitles[arm.name] && second === arm.method);
        assert.ok(row, arm.name);
        assert.deepEqual(row.slice(2, 4), [formatCount(arm.parameters), formatCount(arm.layers)]);
        const mean = arm.results.reduce((sum, { value }) => sum + value, 0) / arm.results.length;
        assert.ok(row[4]?.startsWith(verdictValue(verdict, mean)), row[4]);
        assert.equal(
          row[5],
          arm.results.map(({ seed, value }) => `${seed}:\u00a0${verdictValue(verdict, value)}`).join(', '),
        );
        assert.equal(row[7], formatBytes(Math.max(...arm.results.map(({ memoryBytes }) => memoryBytes))));
      }
      for (const one of verdict.comparisons) {
        const row = rows.find(([first, second]) => first === armTitles[one.control] && /\d/.test(second!));
        const [, difference, interval, p, call, seeds] = row ?? [];
        assert.equal(difference, signedDifference(verdict, one.difference));
        assert.equal(interval, intervalWords(verdict, one.interval));
        assert.equal(p, pWords(one.p));
        assert.equal(call, callWords(one));
        assert.equal(seeds, String(one.seeds));
      }
      assert.equal(rows.length, verdict.arms.length + verdict.comparisons.length + 2);
    });
  }

  it('says the sentence, the three answers, and how to read the numbers', () => {
    const text = verdictSection(judgedRun(lossMetric)).join('\n');
    const { words, answers } = verdictOf(lossMetric);
    assert.ok(text.startsWith(`## Verdict\n\n${words}\n`), text);
    for (const { question, words: answer } of answers) assert.ok(text.includes(`**${question}** ${answer}`));
    assert.match(text, /Loss in nats a target on test data, task: spam \(400 examples\)\./);
    assert.match(text, /of at most 0\.015 does not matter/);
    assert.match(text, /At most 6 seeds an arm: 1, 2, 3, 4, 5 and 6\./);
  });

  it('stands behind the plan of a run that was judged, and nowhere else', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [3, 7]));
    const judged = markdownReport({ ...run, verdict: verdictOf(threeControls) });
    assert.ok(judged.indexOf('## Plan') < judged.indexOf('## Verdict'));
    assert.doesNotMatch(markdownReport(run), /Verdict/);
    assert.deepEqual([verdictSection(emptyRun), verdictTable(emptyRun)], [[], []]);
  });

  it('is a page of its own for the job that judges alone', () => {
    const run = judgedRun(threeControls);
    const text = markdownReport(run);
    assert.equal(text, judgeReport(run));
    assert.match(text, /^# .*\n\n- Model: LlamaForCausalLM, 8 layers/);
    assert.match(text, /\n- Trainings: 16 of 2,400 samples, 300 steps each\n/);
    assert.doesNotMatch(text, /## Layers/);
  });

  it('is there after the first training, before anything can be compared', () => {
    const verdict = verdictOf(threeControls);
    const [plan, ...others] = verdict.arms;
    const arms = [
      { ...plan!, results: plan!.results.slice(0, 1) },
      ...others.map((arm) => ({ ...arm, results: [] })),
    ];
    const text = verdictSection({ ...emptyRun, verdict: { ...verdict, arms, comparisons: [] } }).join('\n');
    assert.match(text, /^\| Plan .*\| 1:\u00a0/m);
    assert.match(text, /^\| Uniform .*\| +- \| +- \| +- \| +- \|$/m);
    assert.doesNotMatch(text, /plan less|±|Intervals/);
  });
});

describe('numbers of a verdict', () => {
  it('have a sign where they are not nothing', () => {
    const signed = (metric: 'accuracy' | 'loss', value: number): string =>
      signedDifference({ metric }, value);
    assert.equal(signed('accuracy', 0.0131), '+1.3 points');
    assert.equal(signed('accuracy', -0.0131), '−1.3 points');
    assert.equal(signed('accuracy', -0.0001), '−0.01 points');
    // What sums of hundreds of differences leave.
    assert.equal(signed('accuracy', -1e-9), '0.0 points');
    assert.equal(signed('loss', 0.0123), '+0.012');
    assert.equal(intervalWords({ metric: 'accuracy' }, [-0.004, 0.022]), '−0.4 to +2.2 points');
    assert.deepEqual([pWords(0.0004), pWords(0.0123)], ['< 0.001', '0.012']);
  });

  it('call what is known', () => {
    const of = (more: Partial<Comparison>): string =>
      callWords({ ...verdictOf(oneControl).comparisons[0]!, call: 'none', isAsGood: false, ...more });
    assert.equal(of({ call: 'better' }), 'better');
    assert.equal(of({ isEquivalent: true, isAsGood: true }), 'as good');
    assert.equal(of({ isAsGood: true }), 'at least as good');
    assert.equal(of({}), 'no difference found');
  });
});
