import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  chooseMemory,
  processBytes,
  processesFor,
  requireRoom,
  scoringBytes,
  usualTokens,
} from '../../../../src/engine/scoring/memory';
import { widestNumbers } from '../../../../src/engine/scoring/cost';
import { cardHolder, hostHolder } from '../../../../src/engine/scoring/holder';
import { makeBatches } from '../../../../src/models/batches';
import type { Transformer } from '../../../../src/models/transformer';
import type { LabError } from '../../../../src/shared/errors';
import type { CardLimits } from '../../../../src/tensors/cardLimits';
import { memoryModes, type MemoryMode } from '../../../../src/shared/words';
import { temporaryFolder } from '../../files/temporary';
import { throwsWith } from '../../files/throwsCode';
import { batchOf, openSmall, samplesOf } from './tokenBatches';

const host = (limit?: number) => hostHolder(true, limit);

describe('the memory of a score', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  let deep: Transformer;
  before(async () => {
    model = await openSmall(folder.path);
    deep = await openSmall(folder.path, { num_hidden_layers: 12 });
  });
  const bytes = (mode: MemoryMode, of = model, batches = [batchOf(4, 16)], taylor = false): number =>
    scoringBytes(of, mode, batches, taylor, host());
  const weightsOf = ({ modules }: Transformer): number =>
    modules.reduce((sum, { inFeatures, outFeatures }) => sum + 4 * inFeatures * outFeatures, 0);

  for (const mode of memoryModes) {
    it(`grows with samples and tokens (${mode})`, () => {
      assert.ok(bytes(mode, model, [batchOf(5, 16)]) > bytes(mode));
      assert.ok(bytes(mode, model, [batchOf(4, 17)]) > bytes(mode));
    });
  }

  it('is decided by the largest batch on a tape; a stream holds the states of all', () => {
    const [small, large] = [batchOf(1, 4), batchOf(8, 16)];
    assert.equal(bytes('tape', model, [small, large]), bytes('tape', model, [large]));
    assert.ok(bytes('streaming', model, [small, large]) > bytes('streaming', model, [large]));
  });

  it('holds all weights on a tape, one block while streaming, whatever the number of blocks', () => {
    assert.ok(bytes('tape', deep) - bytes('tape') > weightsOf(deep) - weightsOf(model));
    assert.equal(bytes('streaming', deep), bytes('streaming', model));
  });

  it('holds with whole gradients as much again as the weights that are there', () => {
    const more = (mode: MemoryMode): number => bytes(mode, deep, undefined, true) - bytes(mode, deep);
    assert.equal(more('tape'), weightsOf(deep));
    assert.equal(more('streaming'), weightsOf(deep) / deep.layers);
  });

  const card: CardLimits = { name: 'RTX Test', tensorBytes: 1e9, sharedMemory: false };
  const samples = samplesOf([8, 30, 60, 12, 33, 50, 64, 64, 20, 9]);
  const batchesOf = (tokens: number) => makeBatches(samples, 8, 1, tokens);

  it('chooses usual batches where they fit, else smaller ones, else streaming', () => {
    const at = (limit: number) => chooseMemory(deep, batchesOf, false, host(limit));
    const usual = bytes('tape', deep, batchesOf(usualTokens));
    const halved = bytes('tape', deep, batchesOf(usualTokens / 2));
    assert.ok(halved < usual);
    assert.deepEqual(at(Infinity), { mode: 'tape', tokens: usualTokens });
    assert.deepEqual(at(usual), { mode: 'tape', tokens: usualTokens });
    assert.deepEqual(at(usual - 1), { mode: 'micro-batches', tokens: usualTokens / 2 });
    assert.deepEqual(at(halved), { mode: 'micro-batches', tokens: usualTokens / 2 });
    assert.deepEqual(at(0), { mode: 'streaming', tokens: usualTokens });
  });

  it('chooses what fits, and nothing where more would fit', () => {
    const most = bytes('tape', deep, batchesOf(usualTokens));
    const least = bytes('tape', deep, batchesOf(1));
    fc.assert(
      fc.property(
        fc.double({ min: 0.99 * least, max: 1.01 * most, noNaN: true }),
        fc.boolean(),
        (limit, taylor) => {
          const { mode, tokens } = chooseMemory(deep, batchesOf, taylor, host(limit));
          const fits = (of: number): boolean => bytes('tape', deep, batchesOf(of), taylor) <= limit;
          if (mode === 'streaming') assert.ok(!fits(1));
          else assert.ok(fits(tokens) && (mode === 'tape' || !fits(2 * tokens)));
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  it('of one process is a share of what is free, and never more than the heap has', () => {
    assert.equal(processBytes(false, 10e9), 6e9);
    assert.equal(processBytes(true, 1e9), 0.6e9);
    assert.ok(processBytes(true, 1e12) < 2 ** 32);
    assert.ok(processBytes(false) > 0);
  });

  it('allows processes as cores, work and memory do, but one at least', () => {
    assert.equal(processesFor(1e9, 100, 8, 100e9), 8);
    assert.equal(processesFor(1e9, 3, 8, 100e9), 3);
    assert.equal(processesFor(1e9, 100, 8, 5e9), 3);
    assert.equal(processesFor(1e12, 100, 8, 5e9), 1);
    assert.equal(processesFor(1e9, 0, 8, 100e9), 1);
  });

  it('refuses what cannot fit before anything is allocated, with both sizes', () => {
    requireRoom(3e9, host(3e9));
    throwsWith(() => requireRoom(3.31e9, host(3e9)), 'out-of-memory', /about 3\.3 GB; 3\.0 GB can be had\./);
    const small = cardHolder({ ...card, memoryBytes: 1e9 });
    throwsWith(() => requireRoom(3e9, small), 'out-of-memory', /0\.8 GB can be had on RTX Test\./);
  });

  it('of a card is a share of what is free there, or a guess; of a shared one no more than the machine has', () => {
    const limit = (of: Partial<CardLimits>): number => cardHolder({ ...card, ...of }).limit;
    assert.equal(limit({ freeBytes: 5e9, memoryBytes: 8e9 }), 4e9);
    assert.equal(limit({ memoryBytes: 8e9 }), 6.4e9);
    assert.equal(limit({}), 1.6e9);
    assert.ok(limit({ memoryBytes: 1e15, sharedMemory: true }) < 1e15 / 2);
  });

  it('of a card takes larger batches, and smaller ones where a tensor could not be bound', () => {
    const long = samplesOf([40, 50, 60, 64]);
    const of = (tokens: number) => makeBatches(long, 8, 1, tokens);
    const at = (tensorBytes: number) =>
      chooseMemory(model, of, false, cardHolder({ ...card, memoryBytes: 1e12, tensorBytes }));
    assert.deepEqual(at(1e9), { mode: 'tape', tokens: 8192 });
    const widest = (tokens: number): number =>
      4 * Math.max(...of(tokens).map((batch) => widestNumbers(model.spec.block(0), batch)));
    const [together, alone] = [widest(8192), widest(1)];
    assert.ok(alone < together);
    const { mode, tokens } = at(together - 4);
    assert.equal(mode, 'micro-batches');
    assert.ok(tokens < 8192 && widest(tokens) < together);
    assert.equal(at(alone).mode, 'micro-batches');
    throwsWith(() => at(alone - 4), 'out-of-memory', /A sample of 64 tokens .* can be had on RTX Test\.$/);
    try {
      at(alone - 4);
    } catch (error) {
      assert.match((error as LabError).next, /--max-length\) to 60, or choose another device\.$/);
    }
  });
});
