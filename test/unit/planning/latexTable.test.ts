import fc from 'fast-check';
import assert from 'node:assert/strict';
import { latexText, verdictLatex } from '../../../src/planning/latexTable';
import { armTitles } from '../../../src/shared/verdictWords';
import { lossMetric, oneControl, threeControls, verdictOf } from './sampleVerdict';

describe('a verdict as a table for LaTeX', () => {
  for (const sample of [threeControls, oneControl, lossMetric]) {
    it(`has a row an arm with the state's numbers: ${Object.keys(sample.gains).length} by ${sample.metric}`, () => {
      const verdict = verdictOf(sample);
      const text = verdictLatex(verdict, 'a run');
      const unit = sample.metric === 'accuracy' ? 100 : 1;
      const digits = sample.metric === 'accuracy' ? 1 : 3;
      const between = text.split('\\midrule\n')[1]!.split('    \\bottomrule')[0]!;
      const rows = between.trimEnd().split('\n');
      assert.equal(rows.length, verdict.arms.length);
      rows.forEach((row, at) => {
        const { name, results, parameters } = verdict.arms[at]!;
        assert.match(row, /^ {4}[^&]+(?: & [^&]*){5} \\\\$/);
        const [title, size, seeds, value, difference, interval] = row
          .trim()
          .slice(0, -3)
          .split(' & ')
          .map((cell) => cell.replaceAll(/[${}]/g, ''));
        assert.equal(title, armTitles[name]);
        assert.equal(size?.replaceAll(',', ''), String(parameters));
        assert.equal(seeds, String(results.length));
        const mean = results.reduce((sum, one) => sum + one.value, 0) / results.length;
        const spread = results.reduce((sum, one) => sum + (one.value - mean) ** 2, 0) / (results.length - 1);
        const error = Math.sqrt(spread / results.length);
        assert.equal(value, `${(unit * mean).toFixed(digits)} \\pm ${(unit * error).toFixed(digits)}`);
        const one = verdict.comparisons.find(({ control }) => control === name);
        if (one === undefined) assert.deepEqual([difference, interval], ['', '']);
        else {
          assert.ok(Math.abs(Number(difference) - unit * one.difference) <= 0.51 * 10 ** -digits);
          const ends = interval!.slice(1, -1).split(',\\,').map(Number);
          ends.forEach((end, side) =>
            assert.ok(Math.abs(end - unit * one.interval[side]!) <= 0.51 * 10 ** -digits),
          );
        }
      });
      assert.match(text, /\\begin\{table\}[^]*\\caption\{[^]*\\label\{[^]*\\toprule[^]*\\end\{table\}\n$/);
    });
  }

  it('has no error of one seed, and nothing of an arm without any', () => {
    const verdict = verdictOf(oneControl);
    const arms = verdict.arms.map((arm, at) => ({ ...arm, results: arm.results.slice(0, 1 - at) }));
    const text = verdictLatex({ ...verdict, arms, comparisons: [] }, '');
    assert.doesNotMatch(text, /\\pm/);
    assert.match(text, /Uniform & \$40\{,\}224\$ & \$0\$ & -- & {2}& {2}\\\\/);
  });

  it('says which seeds a difference is over, where arms have different numbers of them', () => {
    const verdict = verdictOf(threeControls);
    const rowsOf = (text: string): string[] => text.split('\n').filter((line) => / & \$\d/.test(line));
    const seeds = (text: string): string[] => rowsOf(text).map((row) => row.split(' & ')[2]!);
    assert.match(
      verdictLatex(verdict, ''),
      /over an arm's seeds .*, over the seeds that both have, with its/,
    );
    const arms = verdict.arms.map((arm, at) => ({ ...arm, results: arm.results.slice(0, 4 - at) }));
    const fewer = verdict.comparisons.map((one, at) => ({ ...one, seeds: 3 - at }));
    const text = verdictLatex({ ...verdict, arms, comparisons: fewer.slice(0, 2) }, '');
    assert.deepEqual(seeds(text), ['$4$', '$3$', '$2$', '$1$']);
    assert.doesNotMatch(text, /parentheses/);
    // Stopped when one control had a seed that the plan had not.
    const [first, ...others] = verdict.comparisons;
    const stopped = verdictLatex({ ...verdict, comparisons: [{ ...first!, seeds: 3 }, ...others] }, '');
    assert.deepEqual(seeds(stopped), ['$4$', '$4$ ($3$)', '$4$', '$4$']);
    assert.match(stopped, /In parentheses are the seeds of the difference/);
  });

  it('escapes whatever names hold, and keeps comments to their line', () => {
    assert.equal(latexText('50% of a_b & {c}'), '50\\% of a\\_b \\& \\{c\\}');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const text = latexText(name);
        // What is left unescaped has no meaning of its own.
        const plain = text
          .replaceAll(/\\text(?:backslash|asciitilde|asciicircum|less|greater|bar)\{\}/g, '')
          .replaceAll(/\\[&%$#_{}]/g, '');
        assert.doesNotMatch(plain, /[\\~^<>|"&%$#_{}\n]/);
        const verdict = verdictOf(oneControl);
        const table = verdictLatex({ ...verdict, tasks: [{ name, examples: 1 }] }, `run ${name}\nof`);
        assert.equal(table.split('\n').length, verdictLatex(verdict, '').split('\n').length);
      }),
      { numRuns: 50 },
    );
  });
});
