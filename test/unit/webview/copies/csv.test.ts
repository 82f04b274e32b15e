import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvField, csvLines, csvOf } from '../../../../webview/model/copies/csv';
import { modulesCsv } from '../../../../webview/model/copies/modules';
import { begin, finish, oneTask, score, smallModel, stateOf } from '../sampleRuns';

const table = (csv: string): string[][] => parse(csv);

describe('modules as CSV', () => {
  it('have a line a module, with every digit', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const [head, first, ...rest] = table(modulesCsv(run));
    assert.deepEqual(head, [
      'layer',
      'role',
      'module',
      'in_features',
      'out_features',
      'score spam',
      'standard_error spam',
    ]);
    assert.deepEqual(first?.slice(0, 5), ['0', 'qkv', 'model.layers.0.self_attn.qkv_proj', '512', '512']);
    assert.equal(Number(first?.[5]), run.tasks[0]?.scores[0]);
    assert.equal(rest.length, run.modules.length - 1);
  });

  it('have every measured task, their combination, and the plan', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [2]));
    const [head, first] = table(modulesCsv(run));
    assert.deepEqual(head?.slice(-6), [
      'standard_error sentiment',
      'combined_share',
      'rank',
      'alpha',
      'experts',
      'locked',
    ]);
    assert.deepEqual(first?.slice(-4), ['', '', '0', '0']);
    assert.ok(table(modulesCsv(run)).every((row) => row.length === head?.length));
  });

  it('leave out tasks that have not begun', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 1));
    assert.doesNotMatch(modulesCsv(run), /topic|combined/);
  });
});

describe('CSV', () => {
  it('quotes what would break a line', () => {
    assert.equal(csvField('a,b'), '"a,b"');
    assert.equal(csvField('say "no"\n'), '"say ""no""\n"');
    assert.equal(csvField(undefined), '');
    assert.equal(csvField(1e-7), '1e-7');
  });

  it('lets no spreadsheet run a formula, and leaves numbers numbers', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
      assert.match(csvField(text), /^"?'/, JSON.stringify(text));
    }
    assert.equal(csvField(-0.5), '-0.5');
    assert.equal(csvField('a=b'), 'a=b');
  });

  it('comes back as it was', () => {
    const field = fc.string().filter((text) => !/^[=+\-@\t\r]/.test(text));
    const rows = fc.array(fc.tuple(field, fc.double({ noNaN: true, noDefaultInfinity: true }), field), {
      minLength: 1,
    });
    fc.assert(
      fc.property(rows, (lines) => {
        const back = table(csvLines(lines));
        assert.deepEqual(
          back.map(([a, b, c]) => [a, Number(b), c]),
          lines.map(([a, b, c]) => [a, b + 0, c]),
        );
      }),
    );
  });

  it('has every digit of a table’s numbers, where people see fewer', () => {
    const csv = csvOf({
      caption: 'Rank',
      heads: ['Layer', 'q'],
      rows: [
        [
          { value: 0, text: '0' },
          { value: 0.123456789, text: '0.123' },
        ],
        [
          { value: 1, text: '1' },
          { value: undefined, text: '–' },
        ],
      ],
    });
    assert.equal(csv, 'Layer,q\r\n0,0.123456789\r\n1,\r\n');
  });
});
