import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeFromWebview } from '../../../../src/shared/decodeFromWebview';
import type { Draft } from '../../../../src/shared/draft';
import { gaugeRows, isOverBudget, limitAt } from '../../../../webview/model/budget/gauge';
import { budgetChange, limits, limitText, parseLimit } from '../../../../webview/model/budget/limitText';
import { draftOf } from '../sampleDraft';
import { begin, finish, oneTask, stateOf } from '../sampleRuns';

const run = stateOf(begin(oneTask), finish(oneTask, [1, 2]));
const withLimits = (...uses: Draft['limits']): Draft => draftOf(run, {}, { limits: uses });
const row = (draft: Draft, limit: string) => gaugeRows(draft).find((one) => one.limit === limit);

describe('a limit in a field', () => {
  it('is read as it is written in an experiment, with or without its word', () => {
    assert.deepEqual(parseLimit('layers', '25%'), { layers: { share: 0.25 } });
    for (const text of ['6', '6 layers', ' 6 Layers ']) {
      assert.deepEqual(parseLimit('layers', text), { layers: { count: 6 } });
    }
    assert.deepEqual(parseLimit('parameters', '200k'), { parameters: 200_000 });
    assert.deepEqual(parseLimit('parameters', '1.5M parameters'), { parameters: 1_500_000 });
    assert.deepEqual(parseLimit('parameters', '39,648'), { parameters: 39_648 });
    assert.deepEqual(parseLimit('experts', '48 experts'), { experts: 48 });
    assert.deepEqual(parseLimit('megabytes', '0.5 MB'), { megabytes: 0.5 });
    for (const limit of limits) assert.deepEqual(parseLimit(limit, '  '), {});
  });

  it('says what it could be where it is none', () => {
    for (const [limit, text] of [
      ['layers', '0'],
      ['layers', '120%'],
      ['layers', '2.5'],
      ['parameters', 'lots'],
      ['parameters', '-3'],
      ['experts', '1.5'],
      ['megabytes', '0'],
      ['megabytes', '12 GB'],
    ] as const) {
      const said = parseLimit(limit, text);
      assert.ok(
        typeof said === 'string' && said.includes(text) && /Write .* or nothing/.test(said),
        String(said),
      );
    }
  });

  it('is written so that it is read as the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('parameters', 'experts', 'megabytes' as const),
        fc.integer({ min: 1, max: 5e9 }),
        (limit, most) => {
          assert.deepEqual(parseLimit(limit, limitText({ limit, most, used: 0 })), { [limit]: most });
        },
      ),
    );
    assert.equal(limitText({ limit: 'layers', most: 2, used: 1, share: 0.25 }), '25%');
    assert.equal(limitText({ limit: 'layers', most: 2, used: 1, share: 1 / 3 }), '33.333333%');
    assert.equal(limitText({ limit: 'parameters', most: 400_000, used: 1 }), '400k');
    assert.equal(limitText({ limit: 'parameters', most: 1_500_000, used: 1 }), '1500k');
    assert.equal(limitText(undefined), '');
  });
});

describe('what fields ask of a budget', () => {
  it('is what was written in them, and null where one was emptied', () => {
    assert.deepEqual(
      budgetChange(
        new Map([
          ['experts', '48'],
          ['layers', ' '],
        ]),
      ),
      { experts: 48, layers: null },
    );
    assert.deepEqual(budgetChange(new Map()), {});
    const change = { change: 'allocate', method: 'floe', budget: { layers: null, experts: 48 } } as const;
    assert.deepEqual(decodeFromWebview({ type: 'change', change, number: 3 }), {
      ...{ type: 'change', change, number: 3 },
    });
  });

  it('is nothing where one is wrong, which is named', () => {
    const said = budgetChange(
      new Map([
        ['layers', '2'],
        ['experts', 'many'],
      ]),
    );
    assert.ok('wrong' in said && said.wrong === 'experts' && said.sentence.includes('many'));
  });
});

describe('the gauge', () => {
  it('has a row for each limit there can be, and says what is used where there is none', () => {
    const draft = withLimits({ limit: 'parameters', most: 400_000, used: 100_000 });
    assert.deepEqual(
      gaugeRows(draft).map(({ limit, written, bar }) => [limit, written, bar !== undefined]),
      [
        ['layers', '', false],
        ['parameters', '400k', true],
        ['experts', '', false],
        ['megabytes', '', false],
      ],
    );
    assert.equal(row(draft, 'layers')?.words, '2, no limit');
    assert.equal(row(draft, 'parameters')?.words, '100 k of 400 k');
    assert.equal(
      row(draft, 'megabytes')?.words,
      `${Number(((draft.totals.parameters * 4) / 1e6).toPrecision(3))}, no limit`,
    );
  });

  it('has the limit at the same place whatever is used, and room for more', () => {
    const bar = (used: number) => row(withLimits({ limit: 'experts', most: 10, used }), 'experts')?.bar;
    assert.deepEqual(bar(5), { used: limitAt / 2, over: 0, control: undefined });
    assert.deepEqual(bar(10), { used: limitAt, over: 0, control: undefined });
    assert.equal(bar(11)?.used, limitAt);
    assert.ok(Math.abs((bar(11)?.over ?? 0) - limitAt / 10) < 1e-12);
    // Far beyond, it ends with the bar.
    assert.ok(Math.abs((bar(1000)?.over ?? 0) - (1 - limitAt)) < 1e-12);
  });

  it('says what is too much in words', () => {
    const over = withLimits({ limit: 'experts', most: 48, used: 60 }, { limit: 'layers', most: 2, used: 2 });
    assert.equal(row(over, 'experts')?.words, '60 of 48: 12 too many');
    assert.equal(row(over, 'layers')?.words, '2 of 2');
    assert.equal(isOverBudget(over), true);
    // 0.1 + 0.2 megabytes are within 0.3.
    assert.equal(isOverBudget(withLimits({ limit: 'megabytes', most: 0.3, used: 0.1 + 0.2 })), false);
  });

  it('marks the control where the limit counts what it has', () => {
    const control = { rank: 4, modules: 24, parameters: 200_000 };
    const draft = draftOf(
      run,
      {},
      {
        control,
        limits: [
          { limit: 'layers', most: 2, used: 2 },
          { limit: 'parameters', most: 400_000, used: 1 },
          { limit: 'megabytes', most: 0.8, used: 0.1 },
        ],
      },
    );
    assert.equal(row(draft, 'layers')?.bar?.control, undefined);
    assert.equal(row(draft, 'parameters')?.bar?.control, limitAt / 2);
    assert.equal(row(draft, 'megabytes')?.bar?.control, limitAt);
  });
});
