import assert from 'node:assert/strict';
import { classNames } from '../../../src/models/classNames';
import type { TaskSource } from '../../../src/shared/taskSource';
import { throwsWith } from '../files/throwsCode';

const task = (label?: string): TaskSource => ({
  ...{ name: 'mail', kind: 'classification', file: 'mail.jsonl', text: 'text' },
  ...(label === undefined ? {} : { label }),
});
const rows = (...records: readonly Record<string, unknown>[]) =>
  records.map((record, index) => ({ record, where: `mail.jsonl:${index + 1}` }));

describe('classNames', () => {
  it('sorts texts, over all tasks', () => {
    const lines = [rows({ kind: 'spam' }, { kind: 'ham' }), rows({ label: 'news' }, { label: 'spam' })];
    assert.deepEqual(classNames([task('kind'), task()], lines), ['ham', 'news', 'spam']);
  });

  it('counts as many classes as the largest number says, whether numbers or their texts', () => {
    assert.deepEqual(classNames([task()], [rows({ label: 3 }, { label: '1' })]), ['0', '1', '2', '3']);
    const tokenized = rows({ input_ids: [1], labels: 1 }, { pixel_values: [], label: 2 });
    assert.deepEqual(classNames([task()], [tokenized]), ['0', '1', '2']);
  });

  it('names truth values, and refuses numbers that are no classes or stand between names', () => {
    assert.deepEqual(classNames([task()], [rows({ label: true }, { label: false })]), ['false', 'true']);
    for (const [label, other] of [
      [-1, 1],
      [0.5, 1],
      [{}, 'a'],
    ])
      throwsWith(
        () => classNames([task()], [rows({ label }, { label: other })]),
        'option-invalid',
        /A label of mail is/,
      );
    throwsWith(
      () => classNames([task()], [rows({ label: 1 }, { label: 'no' })]),
      'option-invalid',
      /is "no"/,
    );
  });

  it('leaves rows without a label to whoever reads them, and refuses what is no list of classes', () => {
    assert.deepEqual(classNames([task()], [rows({}, { label: null }, { label: 'a' }, { label: 'b' })]), [
      'a',
      'b',
    ]);
    throwsWith(() => classNames([task()], [rows({ label: 'a' }, {})]), 'option-invalid', /are 1 classes/);
    const many = rows(...Array.from({ length: 1001 }, (_, n) => ({ label: `text ${n}` })));
    throwsWith(() => classNames([task()], [many]), 'option-invalid', /of mail are 1001 classes/);
  });
});
