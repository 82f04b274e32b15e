import assert from 'node:assert/strict';
import { csvField, scoresCsv } from '../../../webview/model/csv';
import { begin, finish, oneTask, score, smallModel, stateOf } from './sampleRuns';

const table = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

describe('scores as CSV', () => {
  it('have a line a module, with every digit', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const [head, first, ...rest] = table(scoresCsv(run));
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
    const [head, first] = table(scoresCsv(run));
    assert.deepEqual(head?.slice(-5), [
      'standard_error sentiment',
      'combined_share',
      'rank',
      'alpha',
      'experts',
    ]);
    assert.deepEqual(first?.slice(-3), ['', '', '0']);
    assert.ok(table(scoresCsv(run)).every((row) => row.length === head?.length));
  });

  it('leave out tasks that have not begun', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 1));
    assert.doesNotMatch(scoresCsv(run), /topic|combined/);
  });

  it('quote what would break a line', () => {
    assert.equal(csvField('a,b'), '"a,b"');
    assert.equal(csvField('say "no"\n'), '"say ""no""\n"');
    assert.equal(csvField(undefined), '');
    assert.equal(csvField(1e-7), '1e-7');
  });
});
