import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findCards } from '../../../../src/tensors/machine/cards';
import { cudaTrouble } from '../../../../src/tensors/machine/cuda';
import { findLibraries } from '../../../../src/tensors/machine/libraries';
import { vulkanTrouble } from '../../../../src/tensors/machine/vulkan';
import { runWithin, thisMachine } from '../../../../src/tensors/machine/world';
import { wellFormed } from './troubles';

describe('thisMachine', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'machine-'));
    writeFileSync(path.join(folder, 'a.txt'), 'text');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reads files and folders, and has words for what is missing', async () => {
    const [there, missing] = [path.join(folder, 'a.txt'), path.join(folder, 'b', 'c')];
    assert.equal(await thisMachine.readText(there), 'text');
    assert.equal(await thisMachine.readText(missing), undefined);
    assert.equal(await thisMachine.readText(folder), undefined);
    assert.deepEqual(await thisMachine.list(folder), ['a.txt']);
    assert.deepEqual(await thisMachine.list(missing), []);
    assert.deepEqual(await thisMachine.list(there), []);
    assert.deepEqual([await thisMachine.exists(there), await thisMachine.exists(missing)], [true, false]);
    assert.deepEqual([await thisMachine.canWrite(there), await thisMachine.canWrite(missing)], [true, false]);
  });

  it('runs commands, and answers undefined for those that are missing or fail', async () => {
    const node = (script: string): Promise<string | undefined> =>
      thisMachine.run(process.execPath, ['-e', script]);
    assert.equal(await node('process.stdout.write(process.env.LC_ALL)'), 'C');
    assert.equal(await node('console.log("half"); process.exit(1)'), undefined);
    assert.equal(await thisMachine.run('no-such-program-of-adapter-lab', []), undefined);
    assert.equal(await thisMachine.run('', []), undefined);
    assert.equal(await thisMachine.run('a\0b', []), undefined);
  });

  it('does not wait for a command that hangs', async () => {
    const hanging = ['-e', 'setTimeout(() => {}, 60000)'];
    assert.equal(await runWithin(300, process.execPath, hanging), undefined);
  });

  it('does not take programs out of the working directory', async () => {
    const cwd = await thisMachine.run(process.execPath, ['-e', 'process.stdout.write(process.cwd())']);
    assert.equal(cwd, realpathSync(path.dirname(process.execPath)));
  });

  it('finds the library that this process itself runs on', async function () {
    if (process.platform !== 'linux') this.skip();
    const found = await findLibraries(['libc.so.6', 'libof-nobody.so.1'], thisMachine);
    assert.deepEqual([...found.keys()], ['libc.so.6']);
    assert.equal(await thisMachine.exists(found.get('libc.so.6')!), true);
  });

  it('is searched for cards, and what is missing can be read', async () => {
    const cards = await findCards();
    for (const card of cards) assert.match(card.name, /\S/);
    const troubles = [await vulkanTrouble(cards), await cudaTrouble(cards)];
    for (const trouble of troubles) if (trouble !== undefined) wellFormed(trouble);
    if (cards.length === 0)
      assert.deepEqual(
        troubles.map((trouble) => trouble !== undefined),
        [true, true],
      );
  }).timeout(60_000);
});
