import assert from 'node:assert/strict';
import { decodeFromWebview } from '../../../../src/shared/decodeFromWebview';
import { decodeCompareChoices, defaultCompareChoices } from '../../../../webview/model/compare/choices';
import { comparedModulesCsv, compareCopy } from '../../../../webview/model/compare/copies';
import { divergingPainter } from '../../../../webview/model/compare/diverging';
import { comparedGrid } from '../../../../webview/model/compare/grids';
import { moreShare, signedFact, signedPoints, signedWhole } from '../../../../webview/model/compare/signed';
import { totalsCopy, totalsRows } from '../../../../webview/model/compare/totals';
import { compareCaption, compareDetails, compareTitle } from '../../../../webview/model/compare/words';
import { csvOf } from '../../../../webview/model/copies/csv';
import { latexOf } from '../../../../webview/model/copies/latex';
import { contrast, type Rgb } from '../../../../webview/model/map/palette';
import type { Quantity } from '../../../../webview/model/map/quantity';
import { deepestModel, smallModel } from '../sampleRuns';
import { compared, control, laterRun, runSide } from './sampleComparison';

const left = runSide(smallModel, [2, 3]);
const right = laterRun(smallModel, [3, 4]);
const usual = compared(left, right);
const shownAs = (shown: 'left' | 'right' | 'difference', quantity: Quantity = 'rank', of = usual) =>
  comparedGrid(of, { shown, quantity });

describe('the grid of two plans', () => {
  it('has the difference of each cell with its sign, and both that it comes from in words', () => {
    const grid = shownAs('difference');
    const texts = grid.rows.slice(1, 5).map((row) => row.map(({ text }) => text).join(' '));
    assert.deepEqual(texts, [
      '0 0 0 0 0 0 0',
      '−8 −8 −8 −8 −8 −8 −16',
      '+8 0 0 +8 0 0 +16',
      '+8 +8 +16 +8 +8 +16 +16',
    ]);
    const labels = grid.rows.flat().map(({ label }) => label);
    assert.equal(labels[0], 'Layer 0 q: rank 0, 0 on both sides');
    assert.equal(labels[14], 'Layer 2 q: rank −8, 8 left and 0 right');
    for (const cell of grid.rows.flat()) assert.ok(cell.label.includes(cell.text));
    assert.deepEqual([grid.max, grid.rows[2]?.[6]?.fill, grid.rows[3]?.[6]?.fill], [16, -1, 1]);
    assert.ok(grid.kept.every((kept) => !kept));
  });

  it('is the other way round once the sides are', () => {
    const turned = comparedGrid(compared(right, left), { shown: 'difference', quantity: 'parameters' });
    const values = turned.rows.flat().map(({ value }) => 0 - (value ?? 0));
    assert.deepEqual(
      values,
      shownAs('difference', 'parameters')
        .rows.flat()
        .map(({ value }) => value),
    );
  });

  it('shows both plans on one scale', () => {
    const [one, other] = [shownAs('left'), shownAs('right')];
    assert.deepEqual([one.max, other.max], [32, 32]);
    assert.equal(one.rows[2]?.[0]?.fill, 0.25);
    assert.deepEqual(one.kept, [false, false, true, true, false, false, false, false]);
  });

  it('has no difference of scores where only one side has any, and says so', () => {
    const oneSided = compared(left, { ...right, scores: undefined });
    assert.equal(shownAs('difference', 'score', oneSided).quantity, 'rank');
    assert.equal(shownAs('left', 'score', oneSided).quantity, 'score');
    assert.deepEqual(shownAs('right', 'score', oneSided).possible, ['rank', 'experts', 'parameters']);
    const caption = (of: typeof oneSided) =>
      compareCaption(of, shownAs('difference', 'rank', of), 'difference');
    assert.match(caption(oneSided), /Only the left one has scores\.$/);
    assert.doesNotMatch(caption(usual), /Only/);
    // The other one's scale is not that of scores.
    assert.ok(shownAs('left', 'score', oneSided).max < 1);
  });

  it('has scores in percentage points', () => {
    const scores = (left.scores ?? []).map((share, place) => (place === 0 ? share + 0.01 : share));
    const grid = shownAs('difference', 'score', compared(left, { ...right, scores }));
    assert.equal(grid.rows[0]?.[0]?.text, '+1');
    assert.match(grid.rows[0]?.[0]?.label ?? '', /^Layer 0 q: share of the score \+1 percentage points, /);
    assert.equal(grid.rows[0]?.[1]?.text, '0');
  });

  it('has no cell where a layer has no such module', () => {
    const modules = left.modules.filter(({ path }) => path !== 'model.layers.0.self_attn.q_proj');
    const alike = { ...left, modules, scores: undefined };
    const cell = shownAs('difference', 'rank', compared(alike, alike)).rows[0]?.[0];
    assert.deepEqual([cell?.text, cell?.value, cell?.label], ['–', undefined, 'Layer 0 q: no such module']);
  });

  it('is made of a large model, and of equal plans', () => {
    const large = compared(runSide(deepestModel, [1, 2]), laterRun(deepestModel, [2, 125]));
    assert.equal(shownAs('difference', 'rank', large).rows.length, 126);
    const same = shownAs('difference', 'rank', compared(left, left));
    assert.equal(same.max, 0);
    assert.ok(same.rows.flat().every(({ text, fill }) => text === '0' && fill === 0));
  });
});

describe('the totals of two plans', () => {
  it('are side by side with what the right one has more, by name', () => {
    const rows = totalsRows(usual).map((row) => [
      row.name,
      row.left.text,
      row.right.text,
      row.difference.text,
    ]);
    assert.deepEqual(rows[0], ['Layers', '2', '2', '0']);
    const [, , , parameters] = rows[3] ?? [];
    assert.match(parameters ?? '', /^\+[\d,]+ \(\+\d+ %\)$/);
    assert.deepEqual(rows.slice(4), [
      ['Allocated by', 'floe', 'floe', ''],
      ['Time', '1 min 32 s', '1 min 14 s', '−18 s'],
      ['Memory', '1.2 GB', '940 MB', '−240 MB'],
    ]);
  });

  it('have a dash where one side does not know, and no difference', () => {
    const rows = totalsRows(compared(left, control(left)));
    const time = rows.find(({ name }) => name === 'Time');
    assert.deepEqual([time?.left.text, time?.right.text, time?.difference.text], ['1 min 32 s', '–', '']);
  });

  it('are copied with their numbers', () => {
    const csv = csvOf(totalsCopy(usual));
    assert.match(csv, /^,"mail: Experiment of 4 Mar, 09:12"/);
    assert.match(csv, /\r\nLayers,2,2,0\r\n/);
    assert.match(csv, /\r\nTime,92\.4,74\.1,-18\.3/);
    assert.match(latexOf(totalsCopy(usual)), /\\begin\{tabular\}\{lrrr\}/);
  });
});

describe('differences as text', () => {
  it('have a sign and a unit', () => {
    assert.deepEqual([signedWhole(12288), signedWhole(-3), signedWhole(0)], ['+12,288', '−3', '0']);
    assert.deepEqual([signedPoints(0.0123), signedPoints(-1e-9), signedPoints(0)], ['+1.23', '≈ 0', '0']);
    assert.deepEqual(
      [
        signedFact(-75, 'seconds'),
        signedFact(1e9, 'bytes'),
        signedFact(0.015, 'share'),
        signedFact(-0.25, 'loss'),
      ],
      ['−1 min 15 s', '+1 GB', '+1.5 points', '−0.25'],
    );
    assert.deepEqual(
      [moreShare(100, 125), moreShare(200, 199), moreShare(0, 5)],
      ['+25 %', '−0.5 %', undefined],
    );
  });
});

describe('what is said and copied of two plans', () => {
  it('names both in each cell, with rank, alpha and experts', () => {
    const grid = shownAs('difference');
    const { title, lines } = compareDetails(usual, grid.rows[2]![0]!);
    assert.equal(title, 'model.layers.2.self_attn.q_proj');
    assert.deepEqual(lines.slice(0, 2), [
      ['Left', 'rank 8, alpha 16, 3 experts'],
      ['Right', 'no adapter'],
    ]);
    assert.match(lines[2]?.join(': ') ?? '', /^Share of the score: \d+\.\d % left, \d+\.\d % right$/);
  });

  it('is the grid that is shown, and all modules with both plans', () => {
    const grid = shownAs('difference');
    const table = compareCopy(usual, grid, 'difference');
    assert.equal(table.caption, compareTitle(usual, grid, 'difference'));
    assert.match(table.caption, /^Rank of each module, mail-depth: .* less mail: /);
    assert.match(csvOf(table), /\r\n2,-8,-8,-8,-8,-8,-8,-16\r\n/);
    const [head, ...lines] = comparedModulesCsv(usual).trimEnd().split('\r\n');
    assert.match(head ?? '', /,rank left,alpha left,experts left,share of the score left,rank right,/);
    assert.equal(lines.length, usual.modules.length);
    assert.match(
      lines[14] ?? '',
      /^2,q,model\.layers\.2\.self_attn\.q_proj,512,512,8,16,3,0\.\d+,,,0,0\.\d+$/,
    );
  });
});

describe('the colors of a difference', () => {
  const themes = {
    dark: { light: false, ground: [31, 31, 31], hue: [55, 148, 255], less: [209, 134, 22] },
    light: { light: true, ground: [255, 255, 255], hue: [26, 133, 255], less: [209, 134, 22] },
  } as const;
  const rgb = (hex: string): Rgb =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

  it('are the ground where there is none, and two that differ in more than lightness beyond', () => {
    for (const palette of ['theme', 'viridis', 'cividis'] as const)
      for (const theme of Object.values(themes)) {
        const paint = divergingPainter(palette, theme);
        assert.deepEqual(rgb(paint(0).background), theme.ground);
        const [less, more] = [rgb(paint(-1).background), rgb(paint(1).background)];
        // Less is warmer, more is bluer: what readers without red or without green see as well.
        assert.ok(less[0] > less[2] && more[2] > more[0], `${palette}`);
        assert.notEqual(paint(-0.5).background, paint(0.5).background);
        assert.equal(paint(2).background, paint(1).background);
      }
  });

  it('leave the printed number its contrast', () => {
    for (const theme of Object.values(themes)) {
      const paint = divergingPainter('cividis', theme);
      for (let fill = -1; fill <= 1; fill += 0.1) {
        const { background, ink } = paint(fill);
        if (ink !== '') assert.ok(contrast(rgb(background), rgb(ink)) >= 4.5);
      }
    }
  });
});

describe('what a page of two plans asks for', () => {
  it('is one of few things', () => {
    assert.deepEqual(decodeFromWebview({ type: 'comparing', deed: 'swap' }), {
      type: 'comparing',
      deed: 'swap',
    });
    assert.equal(decodeFromWebview({ type: 'comparing', deed: 'delete' }), undefined);
  });
});

describe('the choices of a comparison', () => {
  it('are what was saved, as far as this version knows it', () => {
    assert.deepEqual(decodeCompareChoices({ shown: 'left', quantity: 'experts' }), {
      shown: 'left',
      quantity: 'experts',
    });
    for (const saved of [undefined, null, 7, { shown: 'both', quantity: 3 }])
      assert.deepEqual(decodeCompareChoices(saved), defaultCompareChoices);
  });
});
