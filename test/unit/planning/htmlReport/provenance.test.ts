import assert from 'node:assert/strict';
import { textOf as written } from '../../../../src/planning/htmlReport/markup';
import { provenanceList } from '../../../../src/planning/htmlReport/provenance';
import { all, parse, textOf } from './parsed';
import { sampleManifest } from './sampleManifest';

describe('where a run is from', () => {
  it('has a row a file of data, with its task and its name', () => {
    const { inputs } = sampleManifest();
    const tasks = ['train', 'valid', 'test'].map((part) => ({
      ...{ name: 'spam', file: `../../../data/spam.${part}.jsonl`, hash: `sha256:${part}` },
    }));
    const list = parse(written(provenanceList(sampleManifest({ inputs: { ...inputs, tasks } }))));
    const names = all(list, 'dt').map(textOf);
    const values = all(list, 'dd').map(textOf);
    assert.equal(new Set(names).size, names.length, 'no two rows of one name');
    assert.deepEqual(names.slice(-3), [
      'Data, spam: spam.train.jsonl',
      'Data, spam: spam.valid.jsonl',
      'Data, spam: spam.test.jsonl',
    ]);
    assert.deepEqual(values.slice(-3), ['sha256:train', 'sha256:valid', 'sha256:test']);
  });
});
