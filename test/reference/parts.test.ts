import assert from 'node:assert/strict';
import { makeBatches } from '../../src/models/batches';
import type { Device } from '../../src/shared/words';
import { limitTensors } from '../../src/tensors/cardLimits';
import { openDevice } from '../../src/tensors/device';
import { partsOf } from '../../src/tensors/ops/matrix';
import { close } from '../unit/tensors/close';
import { openFixture } from './fixture';
import { onTape, type Scores } from './passes';

/** A card that binds no more than this: every weight of the fixtures is larger. */
const smallest = 1500;

describe('weights larger than a card can bind', () => {
  before(() => openDevice((process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device, 1));
  afterEach(() => limitTensors(Infinity));

  // Stored out by in, and in by out.
  for (const name of ['llama-1', 'gpt2-1', 'bert-1']) {
    it(`are cut into rows, and give the same scores (${name})`, async () => {
      const scored = async (limit: number): Promise<{ scores: Scores; parts: number[] }> => {
        limitTensors(limit);
        const { model, samples } = await openFixture(name);
        const scores = await onTape(model, makeBatches(samples, 8, 0));
        const parts = model.modules.map((module) => partsOf(model.weight(module)).length);
        await model.dispose();
        return { scores, parts };
      };
      const whole = await scored(Infinity);
      const cut = await scored(smallest);
      assert.ok(whole.parts.every((parts) => parts === 1));
      assert.ok(
        cut.parts.every((parts) => parts > 1),
        cut.parts.join(),
      );
      close(cut.scores.losses, whole.scores.losses, 1e-6, 'losses');
      for (const [path, norms] of whole.scores.norms) {
        close(cut.scores.norms.get(path)!, norms, 1e-5, path);
        const [ours, expected] = [cut.scores.whole.get(path)!, whole.scores.whole.get(path)!];
        close([ours.meanGradientSquaredNorm], [expected.meanGradientSquaredNorm], 1e-5, `${path}, mean`);
        close([ours.taylor], [expected.taylor], 1e-5, `${path}, Taylor`);
      }
    });
  }
});
