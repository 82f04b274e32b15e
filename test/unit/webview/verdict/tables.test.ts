import assert from 'node:assert/strict';
import { csvOf } from '../../../../webview/model/copies/csv';
import type { CopyTable } from '../../../../webview/model/copies/table';
import { armsTable, comparisonsTable, seedsTable } from '../../../../webview/model/verdict/tables';
import * as verdicts from '../sampleVerdict';

const texts = ({ heads, rows }: CopyTable): string[][] => [
  [...heads],
  ...rows.map((row) => row.map(({ text }) => text)),
];

describe('the tables of a verdict', () => {
  it('say what was trained and what came of it', () => {
    const [heads, plan, uniform] = texts(armsTable(verdicts.betterVerdict()));
    assert.deepEqual(heads?.slice(0, 6), ['', 'Accuracy, %', '±', 'Seeds', 'Trained as', 'Parameters']);
    assert.deepEqual(plan, [
      ...['Plan', '91.2', '0.2', '3', 'floe', '39.6 k', '4', '20', '36', '186 ms', '1.2 GB'],
    ]);
    assert.equal(uniform?.[1], '89.3');
    const [lossHeads, lossPlan] = texts(armsTable(verdicts.lossVerdict()));
    assert.deepEqual([lossHeads?.[1], lossPlan?.[1], lossPlan?.[2]], ['Loss', '1.087', '0.002']);
  });

  it('say nothing of an arm before its first training, and of one nothing of its spread', () => {
    const [, plan] = texts(armsTable(verdicts.firstVerdict()));
    assert.deepEqual(plan?.slice(0, 4), ['Plan', '–', '–', '0']);
    assert.deepEqual(plan?.slice(-2), ['–', '–']);
    const one = verdicts.sampleVerdict({ plan: [0.9], uniform: [] }, { seeds: [1, 2] });
    assert.deepEqual(texts(armsTable(one))[1]?.slice(0, 4), ['Plan', '90.0', '–', '1']);
    assert.deepEqual(comparisonsTable(one).rows, []);
  });

  it('say what the difference to each control is, and how sure', () => {
    const [heads, uniform, random, all] = texts(comparisonsTable(verdicts.threeControls()));
    assert.deepEqual(heads, [
      ...['Control', 'Outcome', 'Difference, points', '95 % from', 'to', 'p', 'Seeds'],
      'Time of a step, ratio',
    ]);
    assert.deepEqual(uniform?.slice(0, 5), ['Uniform', 'as good', '+0.02', '−0.1', '+0.1']);
    assert.deepEqual(random?.slice(1, 3), ['better', '+3.3']);
    assert.deepEqual(all?.slice(1, 3), ['worse', '−1.9']);
    assert.deepEqual(all?.slice(-2), ['3', '× 0.91']);
    assert.equal(texts(comparisonsTable(verdicts.betterVerdict()))[1]?.[5], '< 0.001');
  });

  it('say what each seed came to, and the differences of those that both were trained with', () => {
    const [heads, first, , third] = texts(seedsTable(verdicts.openVerdict()));
    assert.deepEqual(heads, ['Seed', 'Plan', 'Uniform', 'Plan less uniform']);
    assert.deepEqual(first, ['1', '91.2', '89.4', '+1.8']);
    assert.deepEqual(third, ['3', '91.5', '–', '–']);
  });

  it('can be copied with every digit', () => {
    const csv = csvOf(seedsTable(verdicts.lossVerdict())).split('\r\n');
    assert.equal(csv[0], 'Seed,Plan,Uniform,Plan less uniform');
    assert.equal(csv[1], `1,1.087,1.113,${1.087 - 1.113}`);
    const comparisons = csvOf(comparisonsTable(verdicts.betterVerdict())).split('\r\n');
    assert.match(comparisons[1] ?? '', /^Uniform,better,0\.01\d{5,},/);
  });
});
