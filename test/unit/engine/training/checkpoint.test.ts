import assert from 'node:assert/strict';
import path from 'node:path';
import { readCheckpoint, writeCheckpoint, type TrialFacts } from '../../../../src/engine/training/checkpoint';
import { writeSafetensors } from '../../../../src/files/safetensorsWrite';
import { temporaryFolder } from '../../files/temporary';

const facts: TrialFacts = {
  ...{ version: 1, trial: 'seed-1', step: 12, waited: 1, firstLoss: 2.5, meanLoss: 1.5, tokens: 64 },
  pending: { loss: 3, steps: 2, tokens: 40 },
  best: { step: 10, loss: 1.25 },
  noted: { 'router.0': 2 },
  moves: { told: { ranks: [1, 2], weights: { '0': 0.5 } }, waiting: { ranks: [2, 1] } },
};

describe('a checkpoint', () => {
  const folder = temporaryFolder();

  it('is read as it was written', async () => {
    const tensors = new Map([['a', { shape: [2, 1], values: Float32Array.of(0.1, -2) }]]);
    await writeCheckpoint(folder.path, 'last', { facts, tensors });
    assert.deepEqual(await readCheckpoint(folder.path, 'seed-1', 'last'), { facts, tensors });
    assert.equal(await readCheckpoint(folder.path, 'seed-1', 'best'), undefined);
  });

  it('of a version that told every move of rank goes on as one whose moves are all told', async () => {
    // JSON has no key for what is undefined.
    const earlier = JSON.stringify({ ...facts, trial: 'seed-2', moves: undefined });
    const file = path.join(folder.path, 'state', 'seed-2.last.safetensors');
    await writeSafetensors(file, [], { facts: earlier });
    const read = await readCheckpoint(folder.path, 'seed-2', 'last');
    assert.deepEqual(read?.facts, { ...facts, trial: 'seed-2', moves: {} });
  });
});
