import assert from 'node:assert/strict';
import { toldRanks, toldRouters } from '../../../../src/engine/training/trialAdapter';
import { ofModules } from '../../../../src/shared/byModule';
import { deepestModel, modulesOf } from '../../webview/sampleRuns';

const modules = modulesOf(deepestModel);

describe('what a trial tells of its modules', () => {
  it('stays small for 126 layers of 7 modules with 8 experts each', () => {
    const uneven = [0.3, 0.05, 0.1, 0.15, 0.123456789, 0.076543211, 0.1, 0.1];
    const loads = Object.fromEntries(modules.map(({ path }) => [path, uneven]));
    const told = JSON.stringify(toldRouters(loads, modules));
    assert.ok(told.length < 50_000, `${told.length}`);
    assert.deepEqual(toldRouters(loads, modules)?.[5], [0.3, 0.05, 0.1, 0.15, 0.1235, 0.0765, 0.1, 0.1]);
    const ranks = toldRanks(Object.fromEntries(modules.map(({ path }) => [path, 12])), modules);
    assert.ok(JSON.stringify(ranks).length < 3000);
  });

  it('is in the order of the modules, with nothing for those that have no adapter', () => {
    const [, second, third] = modules;
    const some = modules.slice(0, 3);
    assert.deepEqual(toldRouters({ [second!.path]: [0.25, 0.75] }, some), [[], [0.25, 0.75], []]);
    assert.deepEqual(toldRanks({ [third!.path]: 4 }, some), [0, 0, 4]);
    assert.equal(toldRouters({}, some), undefined);
    assert.equal(toldRouters(undefined, some), undefined);
  });

  it('is read back by module, also as earlier versions told it: by path, and by layer', () => {
    const some = modules.slice(5, 9);
    const [{ path }] = some as [(typeof some)[0]];
    assert.deepEqual(ofModules([1, 2, 3], some, 0), [1, 2, 3, 0]);
    assert.deepEqual(ofModules({ [path]: 7 }, some, 0), [7, 0, 0, 0]);
    // Two modules of layer 0, two of layer 1.
    assert.deepEqual(ofModules({ 0: 4, 1: 2 }, some, 0), [4, 4, 2, 2]);
  });
});
