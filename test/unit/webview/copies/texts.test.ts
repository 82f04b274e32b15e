import assert from 'node:assert/strict';
import fc from 'fast-check';
import { latexOf, latexText } from '../../../../webview/model/copies/latex';
import { markdownOf, markdownText } from '../../../../webview/model/copies/markdown';
import { pictureName } from '../../../../webview/model/copies/pictureName';
import { counted, worded, type CopyTable } from '../../../../webview/model/copies/table';
import { gridCopy, layersCopy } from '../../../../webview/model/copies/tables';
import { defaultChoices } from '../../../../webview/model/choices';
import { gridView } from '../../../../webview/model/map/grid';
import type { Quantity } from '../../../../webview/model/map/quantity';
import { pageView, type PageView } from '../../../../webview/model/view';
import { begin, finish, oneTask, score, smallModel, stateOf } from '../sampleRuns';

const small: CopyTable = {
  caption: 'Share of a_b, × 10⁻⁶',
  heads: ['Layer', 'q|k', '± 5 %'],
  rows: [
    [counted(0), worded('a|b'), { value: 0.5, text: '0.5' }],
    [counted(1), worded('x_1'), { value: undefined, text: '–' }],
  ],
};
const heading = { kind: 'run', run: 'r', experiment: 'a/mail.adapter.yaml', recorded: false } as const;
const view = (model = oneTask, task?: string): PageView => {
  const run = stateOf(begin(model), score(model, model.tasks.length), finish(model, [2]));
  const page = {
    heading,
    trusted: true,
    palette: 'theme',
    run,
    draft: undefined,
    outlook: undefined,
  } as const;
  return pageView(page, { ...defaultChoices, task }, 0);
};

describe('a table as Markdown', () => {
  it('has its first column to the left, and no cell that ends early', () => {
    assert.equal(
      markdownOf(small),
      [
        'Share of a\\_b, × 10⁻⁶.',
        '',
        '| Layer | q\\|k | ± 5 % |',
        '| :--- | ---: | ---: |',
        '| 0 | a\\|b | 0.5 |',
        '| 1 | x\\_1 | – |',
        '',
      ].join('\n'),
    );
  });

  it('comes back as it was', () => {
    const unescaped = (text: string): string => text.replace(/\\([\\|*_`<>[\]~])/g, '$1');
    fc.assert(
      fc.property(fc.string(), (text) => {
        const line = text.replace(/\s*[\r\n]+\s*/g, ' ');
        const written = markdownText(text);
        assert.equal(unescaped(written), line);
        // Every bar in it belongs to the text.
        assert.doesNotMatch(written.replace(/\\./g, ''), /[|*_`<>[\]~]/);
      }),
    );
  });
});

describe('a table as LaTeX', () => {
  it('is a booktabs table with its caption', () => {
    assert.equal(
      latexOf(small),
      [
        '% \\usepackage{booktabs}',
        '\\begin{table}',
        '  \\centering',
        '  \\caption{Share of a\\_b, $\\times$ 10$^{-6}$.}',
        '  \\begin{tabular}{lrr}',
        '    \\toprule',
        '    Layer & q|k & $\\pm$ 5 \\% \\\\',
        '    \\midrule',
        '    0 & a|b & 0.5 \\\\',
        '    1 & x\\_1 & -- \\\\',
        '    \\bottomrule',
        '  \\end{tabular}',
        '\\end{table}',
        '',
      ].join('\n'),
    );
  });

  it('sets exponents of numbers, and of numbers alone', () => {
    const rows = [[worded('1e5'), { value: 9.1e-6, text: '9.10e-6' }]];
    assert.match(latexOf({ ...small, rows }), /^ {4}1e5 & \$9\.10 \\times 10\^\{-6\}\$ \\\\$/m);
  });

  it('writes all ten special characters, and comes back as it was', () => {
    assert.equal(
      latexText('_ % & # $ { } ~ ^ \\'),
      '\\_ \\% \\& \\# \\$ \\{ \\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{}',
    );
    const back = (text: string): string =>
      text.replace(
        /\\textasciitilde\{\}|\\textasciicircum\{\}|\\textbackslash\{\}|\\([_%&#${}])/g,
        (found, one: string | undefined) =>
          one ?? (found.startsWith('\\textb') ? '\\' : found.startsWith('\\textasciit') ? '~' : '^'),
      );
    const text = fc.string({ unit: fc.constantFrom(...'ab1 _%&#${}~^\\-.,') });
    fc.assert(fc.property(text, (one) => assert.equal(back(latexText(one)), one)));
  });
});

describe('what is copied', () => {
  const copied = (quantity: Quantity, of = view()): CopyTable => gridCopy(of, gridView(of, quantity));
  it('of the grid is a row a layer, a column a role', () => {
    const ranks = copied('rank');
    assert.equal(ranks.caption, 'Rank of each module');
    assert.deepEqual(ranks.heads, ['Layer', 'o', 'qkv', 'up', 'down']);
    assert.deepEqual(
      ranks.rows[2]?.map(({ value }) => value),
      [2, 8, 8, 8, 16],
    );
    assert.equal(ranks.rows.length, 6);
  });

  it('names the task, or all together, and the unit', () => {
    assert.equal(copied('score').caption, 'Score of each module, task spam, × 10⁻⁶');
    assert.equal(
      copied('score', view(smallModel)).caption,
      'Share of the total score of each module, all tasks together, %',
    );
  });

  it('of the layers has every number of the chart', () => {
    const table = layersCopy(view());
    assert.deepEqual(table.heads, [
      ...['Layer', 'Score', 'SE', 'Score − 1 SE', 'Score + 1 SE', 'Share'],
      ...['Kept', 'Adapted modules', 'Experts'],
    ]);
    const row = table.rows[2]?.map(({ value }) => value) as number[];
    const [layer, value, error, low, high, share, kept, modules] = row as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ];
    assert.deepEqual([layer, kept, modules], [2, 1, 4]);
    assert.ok(Math.abs(value - error - low) < 1e-15 && Math.abs(value + error - high) < 1e-15);
    assert.ok(share > 0 && share < 1);
    assert.ok(table.rows.every((line) => line.length === table.heads.length));
    assert.deepEqual(layersCopy(view(smallModel)).heads.slice(0, 3), ['Layer', 'Share', 'Kept']);
  });

  it('is saved under the experiment’s name', () => {
    assert.equal(pictureName(heading, 'map-rank'), 'mail-map-rank.png');
    assert.equal(
      pictureName({ experiment: '', run: 'a/adapter_config.json' }, 'layers'),
      'adapter_config-layers.png',
    );
    assert.equal(pictureName({ experiment: '', run: '' }, 'layers'), 'adapter-lab-layers.png');
  });
});
