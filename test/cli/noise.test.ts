import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { sampleModel } from '../unit/models/startingTokenizer';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab } from './commandLine';

const data = path.join(sampleModel, '..', 'data', 'spam.test.jsonl');
const score = ['score', '--model', sampleModel, '--data', data, '--kind', 'classification'];

describe('adapter-lab score, before and after', () => {
  const folder = temporaryFolder();

  it('warns of an order that is noise: one sample says nothing about another', async () => {
    const { code, stderr } = await adapterLab([...score, '--samples', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Warning: the order of the modules for spam is mostly noise \(1 samples/m);
  });

  it('refuses a result that cannot be written before it scores', async () => {
    mkdirSync(path.join(folder.path, 'taken'));
    for (const target of [path.join(folder.path, 'no', 'a.json'), path.join(folder.path, 'taken')]) {
      const { code, stderr } = await adapterLab([...score, '--samples', '4', '--json', target]);
      assert.equal(code, 1);
      assert.match(stderr, /^not-writable: /m);
      assert.doesNotMatch(stderr, /^Device: /m);
    }
  });
});
