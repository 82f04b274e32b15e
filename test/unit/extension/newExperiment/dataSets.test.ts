import assert from 'node:assert/strict';
import { dataSetOf, dataSetsOf } from '../../../../src/extension/newExperiment/dataSets';

const short = (files: readonly string[]): unknown[] =>
  dataSetsOf(files).map(({ name, train, validation, test }) => [name, train, validation, test]);

describe('data sets, told by the names of files', () => {
  it('join the parts of one task', () => {
    assert.deepEqual(short(['/d/spam.test.jsonl', '/d/spam.train.jsonl', '/d/spam.validation.jsonl']), [
      ['spam', '/d/spam.train.jsonl', '/d/spam.validation.jsonl', '/d/spam.test.jsonl'],
    ]);
    assert.deepEqual(short(['/d/train_mails.csv', '/d/dev_mails.csv']), [
      ['mails', '/d/train_mails.csv', '/d/dev_mails.csv', undefined],
    ]);
  });

  it('are called for their folder where files are called for their part', () => {
    assert.deepEqual(short(['/d/sst2/train.csv', '/d/sst2/val.csv', '/d/cola/train.csv']), [
      ['cola', '/d/cola/train.csv', undefined, undefined],
      ['sst2', '/d/sst2/train.csv', '/d/sst2/val.csv', undefined],
    ]);
  });

  it('take the first shard, and stand before what has no part to train on', () => {
    assert.deepEqual(
      short([
        '/d/train-00000-of-00002.parquet',
        '/d/train-00001-of-00002.parquet',
        '/d/test-00000-of-00001.parquet',
        '/a/mails.jsonl',
        '/a/only.test.jsonl',
      ]),
      [
        ['d', '/d/train-00000-of-00002.parquet', undefined, '/d/test-00000-of-00001.parquet'],
        ['mails', '/a/mails.jsonl', undefined, undefined],
        ['only', '/a/only.test.jsonl', undefined, undefined],
      ],
    );
  });

  it('take no word for a part that only holds one', () => {
    assert.deepEqual(short(['/d/latest.jsonl', '/d/trainer.jsonl', '/d/evaluation_devices.csv']), [
      ['evaluation_devices', '/d/evaluation_devices.csv', undefined, undefined],
      ['latest', '/d/latest.jsonl', undefined, undefined],
      ['trainer', '/d/trainer.jsonl', undefined, undefined],
    ]);
  });

  it('are those of the file that was picked, whatever else lies there', () => {
    const beside = ['/d/spam.validation.jsonl', '/d/other.csv', '/d/spam.train.jsonl'];
    assert.deepEqual(dataSetOf('/d/spam.train.jsonl', beside), {
      name: 'spam',
      train: '/d/spam.train.jsonl',
      validation: '/d/spam.validation.jsonl',
      test: undefined,
    });
    assert.equal(dataSetOf('/d/spam.validation.jsonl', beside).train, '/d/spam.validation.jsonl');
  });
});
