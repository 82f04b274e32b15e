import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../../src/configs/experiment/parse';
import { readTrainingData } from '../../../../src/engine/training/trainingData';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { experimentText, writeSmallExperiment } from '../smallExperiment';

describe('the data of a training', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
  });

  it('may have more rows than a call has room for arguments', async () => {
    const file = await writeSmallExperiment(
      folder.path,
      experimentText.replace('train: data/second.jsonl', 'train: data/many.jsonl'),
    );
    const rows = 150_000;
    await writeFile(path.join(folder.path, 'data', 'many.jsonl'), '{"input_ids":[1,2]}\n'.repeat(rows));
    const experiment = await readExperiment(file);
    const model = openModel(await readModelFolder(experiment.model));
    const data = await readTrainingData(experiment, model, undefined);
    const [first, many] = data.mixture;
    assert.equal(data.samples.length, first!.size + many!.size);
    assert.ok(many!.size > 0.8 * rows);
    await model.dispose();
  });
});
