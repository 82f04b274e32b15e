import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../../src/files/atomic';
import { writeFolderAtomic } from '../../../src/files/atomicFolder';
import { nameBeside, removeAllUnfinished } from '../../../src/files/unfinished';
import { temporaryFolder } from './temporary';

/** A number that no process has: beyond what Linux gives. */
const dead = 999_999_999;
/** As this machine's writers name it. */
const here = path.basename(nameBeside('/x', 'building')).split('.')[2]!.split('-')[0]!;
const hex = '0123456789ab';

describe('what killed writers leave', () => {
  const folder = temporaryFolder();
  let count = 0;
  async function fresh(...files: string[]): Promise<string> {
    const made = path.join(folder.path, String(count++));
    await mkdir(made);
    for (const name of files) await writeFile(path.join(made, name), 'left');
    return made;
  }

  it('goes when the file is written the next time, and nothing else does', async () => {
    const others = [
      `.a.yaml.${here}-${process.pid}.${hex}.tmp`,
      // Of a machine whose processes are not seen from here.
      `.a.yaml.000000-${dead}.${hex}.tmp`,
      `.b.yaml.${here}-${dead}.${hex}.tmp`,
      `.a.yaml.${here}-${dead}.tmp`,
      `.a.yaml.old.${here}-${dead}.${hex}.tmp`,
      'a.yaml.tmp',
    ];
    const at = await fresh(`.a.yaml.${here}-${dead}.${hex}.tmp`, ...others);
    await writeFileAtomic(path.join(at, 'a.yaml'), 'new');
    assert.deepEqual(readdirSync(at).sort(), ['a.yaml', ...others].sort());
  });

  it('goes with a folder, and one that was moved away comes back', async () => {
    const at = await fresh();
    const [building, replaced] = ['building', 'replaced'].map((what) =>
      path.join(at, `.seed-1.${here}-${dead}.${what}`),
    );
    for (const one of [building!, replaced!]) {
      await mkdir(one);
      await writeFile(path.join(one, 'w'), 'old');
    }
    const target = path.join(at, 'seed-1');
    const failing = writeFolderAtomic(target, () => Promise.reject(new Error('no')));
    await assert.rejects(failing, /no/);
    assert.equal(readFileSync(path.join(target, 'w'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(at), ['seed-1']);
  });

  it('goes from a run that is held, whoever has left it, but where other machines write', async () => {
    const at = await fresh('run.json', `.run.json.${here}-${process.pid}.${hex}.tmp`, '.gitignore');
    const folders = [
      path.join('adapters', `.seed-1.000000-${dead}.building`),
      path.join('adapters', `.seed-2.000000-${dead}.replaced`),
      path.join('pieces', 'trial-0', 'attempts', '1'),
    ];
    for (const one of folders) await mkdir(path.join(at, one), { recursive: true });
    const checkpoint = path.join(at, folders[2]!, `.last.safetensors.000000-12.${hex}.tmp`);
    await writeFile(checkpoint, 'being written');
    await removeAllUnfinished(at, 'pieces');
    assert.deepEqual(readdirSync(at).sort(), ['.gitignore', 'adapters', 'pieces', 'run.json']);
    assert.deepEqual(readdirSync(path.join(at, 'adapters')), ['seed-2']);
    assert.equal(readFileSync(checkpoint, 'utf8'), 'being written');
  });
});
