import * as assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readTrainerConfigs } from '../../../src/configs/trainers/read';
import { resolve } from '../../../src/configs/trainers/resolve';
import { readBaseModel } from '../../../src/files/baseModel';

const sample = path.resolve(__dirname, '../../../media/sample');

describe('the trainers’ files of the sample', () => {
  for (const [name, syntax] of [
    ['adapter_config.json', 'json'],
    ['axolotl.yml', 'yaml'],
  ] as const) {
    it(`${name} asks for LoRA on three modules a layer`, async () => {
      const text = await readFile(path.join(sample, 'configs', name), 'utf8');
      const { configs, faults } = readTrainerConfigs(text, syntax);
      assert.equal(configs.length, 1);
      assert.deepEqual(faults, []);
      const config = configs[0]!;
      assert.deepEqual(config.faults, []);
      assert.deepEqual([config.settings.rank, config.settings.alpha], [8, 16]);
      assert.equal(config.settings.baseModel, '../model');
      for (const { name, range } of config.settings.targetNames)
        assert.equal(text.slice(range.start, range.end).replaceAll('"', ''), name);
      const base = await readBaseModel(path.join(sample, 'model'));
      const { modules, parameters } = resolve(config, base);
      assert.equal(modules.length, 3 * base.layers);
      assert.equal(
        parameters,
        modules.reduce((sum, { inFeatures, outFeatures }) => sum + 8 * (inFeatures + outFeatures), 0),
      );
    });
  }
});
