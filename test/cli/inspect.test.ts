import assert from 'node:assert/strict';
import { readModelFolder } from '../../src/files/modelFolder';
import { adapterLab } from './commandLine';
import { referenceModel } from './referenceData';

describe('adapter-lab inspect', () => {
  it('prints what the headers hold as JSON', async () => {
    const { code, stdout, stderr } = await adapterLab(['inspect', '--model', referenceModel, '--json']);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const { architecture, modelType, layers, parameters, modules } = await readModelFolder(referenceModel);
    assert.deepEqual(JSON.parse(stdout), {
      version: 1,
      model: referenceModel,
      architecture,
      modelType,
      layers,
      parameters,
      modules,
    });
    assert.equal(layers, 3);
    assert.deepEqual(modules[2], {
      path: 'model.layers.0.self_attn.v_proj',
      layer: 0,
      role: 'v',
      inFeatures: 48,
      outFeatures: 24,
    });
  });

  it('prints it for people', async () => {
    const { stdout } = await adapterLab(['inspect', '--model', referenceModel]);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /^LlamaForCausalLM, 3 layers, .+ parameters, 21 linear modules$/);
    assert.equal(lines.length, 1 + 7 + 1);
    assert.match(stdout, /^ {2}v +24 x 48 +model\.layers\.0\.self_attn\.v_proj$/m);
    assert.equal(lines.at(-1), '  ... and the same in layers 1 to 2');
  });
});
