import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreModel } from '../../../src/engine/scoreModel';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { meanAndError } from '../../../src/shared/meanAndError';
import { scoreFileSchema, type ScoreFile } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { fixtureFolder } from '../../reference/fixture';
import { writeReferenceData } from '../../cli/referenceData';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { close } from '../tensors/close';
import { never, nowhere, requestIn } from './requests';
import { endsWell, killedHalfway, resume } from './stoppedRuns';

/** ‖s (∂ℓ_s/∂W) Aᵀ‖² by PyTorch in float64, as in test/reference/gradientOfB.test.ts. */
const expected: Readonly<Record<string, readonly number[]>> = {
  'model.layers.0.self_attn.q_proj': [66.547338, 51.8590404, 155.779036, 123.89035],
  'model.layers.2.self_attn.v_proj': [0.85470231, 3.76695044, 3.50940483, 2.4256243],
};

describe('a score with an adapter whose B is measured', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  before(async () => {
    await openDevice('native', 1);
    await writeReferenceData(at('lines.jsonl'));
    cpSync(path.join(fixtureFolder('llama-1'), 'lora'), at('lora'), { recursive: true });
  });
  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest =>
    requestIn(folder.path, {
      model: fixtureFolder('llama-1'),
      tasks: [{ name: 'lines', kind: 'causal-lm', file: at('lines.jsonl'), text: 'text' }],
      adapter: at('lora'),
      ...change,
    });
  const scored = async (change: Partial<ScoreRequest> = {}): Promise<ScoreFile> =>
    (await scoreModel(request(change), nowhere, never)).scores[0]!;

  it('has the gradient of B of the adapted modules beside all other numbers', async () => {
    const score = await scored();
    assert.deepEqual(scoreFileSchema.parse(score), score);
    for (const { path: name, gradientOfB } of score.modules) {
      const wanted = expected[name];
      if (wanted === undefined) continue;
      const { perSample, score: mean, standardError } = gradientOfB!;
      close(perSample!, wanted, 1e-4, name);
      assert.deepEqual({ mean, standardError }, meanAndError(perSample!));
    }
    const plain = await scored({ adapter: undefined });
    assert.ok(plain.modules.every((module) => !('gradientOfB' in module)));
    const rows = score.modules.map((module, index) => ({ ...module, ...plain.modules[index] }));
    assert.deepEqual(rows, score.modules, 'no other number is changed');
  });

  it('gives the same numbers block by block, for any batch size, with whole gradients beside them', async () => {
    const score = await scored();
    assert.deepEqual(await scored({ memory: 'streaming' }), score);
    const other = await scored({ memory: 'streaming', batchSize: 1, taylor: true });
    score.modules.forEach(({ path: name, gradientOfB }, index) => {
      const { gradientOfB: found, taylor } = other.modules[index]!;
      assert.ok(taylor! > 0);
      assert.equal(found === undefined, gradientOfB === undefined);
      if (gradientOfB !== undefined) close(found!.perSample!, gradientOfB.perSample!, 1e-5, name);
    });
  });

  it('goes on where it was stopped, and not with another adapter or without', async () => {
    const { wanted, killed } = await killedHalfway(at('run'), request());
    assert.ok(wanted.includes('"gradientOfB"'));
    const refused = (change: Partial<ScoreRequest>) =>
      rejectsWith(resume(killed, request(change)), 'run-not-resumable', /--adapter has changed/);
    await refused({ adapter: undefined });
    const config = path.join(at('lora'), 'adapter_config.json');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace(/"lora_alpha": *\d+/, '"lora_alpha": 99'));
    assert.notEqual(readFileSync(config, 'utf8'), text);
    await refused({});
    writeFileSync(config, text);
    await resume(killed, request());
    await endsWell(killed, wanted);
  });

  it('is refused before any weight is read where the adapter is of another model', async () => {
    cpSync(at('lora'), at('other'), { recursive: true });
    await writeSafetensors(path.join(at('other'), 'adapter_model.safetensors'), [
      {
        name: 'base_model.model.somewhere.lora_A.weight',
        dtype: 'F32',
        shape: [1, 1],
        data: new Float32Array(1),
      },
    ]);
    await rejectsWith(scored({ adapter: at('other') }), 'adapter-invalid', /no lora_A of any module/);
  });
});
