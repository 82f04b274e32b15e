import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scoreFileSchema } from '../../src/shared/scoreFile';
import { temporaryFolder } from '../unit/files/temporary';
import { sampleModel } from '../unit/models/startingTokenizer';
import { adapterLab, failsWith } from './commandLine';

const data = path.join(sampleModel, '..', 'data', 'spam.train.jsonl');
const score = ['score', '--model', sampleModel, '--data', data, '--kind', 'classification'];
const short = ['--samples', '100', '--max-length', '32', '--processes', '1'];

describe('adapter-lab score --until-sure', () => {
  const folder = temporaryFolder();
  const file = (name: string): string => path.join(folder.path, name);
  const scored = async (name: string, ...more: string[]) => {
    const { code, stderr } = await adapterLab([...score, ...short, '--json', file(name), ...more]);
    assert.equal(code, 0, stderr);
    return { stderr, scores: scoreFileSchema.parse(JSON.parse(readFileSync(file(name), 'utf8'))) };
  };

  it('stops once it is sure, says after how many samples, and gives what so many samples give', async () => {
    const { stderr, scores } = await scored('sure.json', '--until-sure');
    const { untilSure, ...rest } = scores;
    assert.equal(untilSure?.level, 0.95);
    assert.deepEqual([untilSure.sure, untilSure.of, rest.samples], [true, 100, 64]);
    assert.match(
      stderr,
      /^spam: After 32 of 100 samples the top 2 layers are the same in [\d.]+ % of resamples\.$/m,
    );
    assert.match(stderr, /^spam: The top 2 layers were the same in .*; stopped after 64 of 100\.$/m);
    assert.match(stderr, /^Estimate: at most /m);
    const { scores: plain } = await scored('plain.json', '--samples', '64');
    rest.layers.forEach(({ score: found }, layer) =>
      assert.ok(Math.abs(found / plain.layers[layer]!.score - 1) < 1e-4, String(layer)),
    );
  });

  it('refuses what is no confidence, and estimators that need all samples', async () => {
    for (const wrong of ['95', '0', '101%', 'very']) {
      const { code, stderr } = await adapterLab([...score, '--until-sure', wrong]);
      assert.notEqual(code, 0);
      assert.match(stderr, /--until-sure.*It must be a share such as 95%/s);
    }
    const spectrum = [...score, '--until-sure', '--estimator', 'spectrum', '--json', file('x.json')];
    await failsWith(
      spectrum,
      'option-invalid',
      /"spectrum" cannot stop when it is sure: it looks at no samples/,
    );
    assert.ok(!existsSync(file('x.json')));
  });
});
