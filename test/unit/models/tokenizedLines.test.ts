import assert from 'node:assert/strict';
import { ignored, toSample, type Sample } from '../../../src/models/samples';
import type { TaskSource } from '../../../src/shared/taskSource';
import { throwsWith } from '../files/throwsCode';

const task: TaskSource = { name: 'tokens', kind: 'causal-lm', file: 'unused', text: 'text' };
const read = (record: Record<string, unknown>, maxLength = 50): Sample =>
  toSample(record, task, undefined, maxLength, 'd.jsonl:4');

describe('samples that are tokenized already', () => {
  it('predict each next token, without labels', () => {
    assert.deepEqual(read({ input_ids: [5, 6, 7] }), { ids: [5, 6, 7], targets: [5, 6, 7] });
  });

  it('take labels in place, not shifted; -100 is not trained on', () => {
    const record = { input_ids: [5, 6, 7, 8], labels: [-100, -100, 7, 9], token_type_ids: [0, 0, 0, 0] };
    assert.deepEqual(read(record), { ids: [5, 6, 7, 8], targets: [ignored, ignored, 7, 9] });
  });

  it('lose the padding on their right', () => {
    const record = { input_ids: [5, 6, 7, 0, 0], attention_mask: [1, 1, 1, 0, 0], labels: [5, 6, 7, 8, 9] };
    assert.deepEqual(read(record), { ids: [5, 6, 7], targets: [5, 6, 7] });
  });

  it('are cut at the longest length', () => {
    const record = { input_ids: [5, 6, 7, 8, 9], attention_mask: [1, 1, 1, 1, 0] };
    assert.deepEqual(read(record, 3), { ids: [5, 6, 7], targets: [5, 6, 7], truncated: true });
    // What is cut away of the padding is no loss.
    assert.ok(!('truncated' in read(record, 4)));
  });

  const refused: readonly [what: string, record: Record<string, unknown>, message: RegExp][] = [
    [
      'a gap in the mask',
      { input_ids: [5, 6, 7], attention_mask: [1, 0, 1] },
      /padding must be on the right/,
    ],
    [
      'padding on the left',
      { input_ids: [0, 6, 7], attention_mask: [0, 1, 1] },
      /padding must be on the right/,
    ],
    ['ids that are no integers', { input_ids: [5, 6.5] }, /"input_ids" must be a list of integers/],
    ['ids that are no list', { input_ids: 'abc' }, /"input_ids" must be a list of integers/],
    ['labels of another length', { input_ids: [5, 6], labels: [5] }, /as long as "input_ids"/],
    ['a mask of another length', { input_ids: [5, 6], attention_mask: [1] }, /as long as "input_ids"/],
    ['a mask that hides everything', { input_ids: [5, 6], attention_mask: [0, 0] }, /no token to predict/],
    ['a single token', { input_ids: [5] }, /no token to predict/],
    ['no token', { input_ids: [] }, /no token to predict/],
    [
      'a label at the first token alone, which nothing predicts',
      { input_ids: [5, 6], labels: [5, -100] },
      /no token to predict/,
    ],
  ];
  for (const [what, record, message] of refused) {
    it(`are refused with ${what}, naming the line`, () => {
      throwsWith(() => read(record), 'data-line-invalid', message);
      throwsWith(() => read(record), 'data-line-invalid', /^d\.jsonl:4: /);
    });
  }

  it('are refused where the cut leaves no label', () => {
    const record = { input_ids: [5, 6, 7, 8], labels: [-100, -100, -100, 8] };
    throwsWith(() => read(record, 3), 'data-line-invalid', /no token to predict/);
  });
});
