import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../../src/files/atomic';
import { writeFolderAtomic } from '../../../src/files/atomicFolder';
import { removeAllUnfinished } from '../../../src/files/unfinished';
import { temporaryFolder } from './temporary';

/** A number that no process has: beyond what Linux gives. */
const dead = 999_999_999;
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
      `.a.yaml.${process.pid}.${hex}.tmp`,
      `.b.yaml.${dead}.${hex}.tmp`,
      `.a.yaml.${dead}.tmp`,
      `.a.yaml.old.${dead}.${hex}.tmp`,
      'a.yaml.tmp',
    ];
    const at = await fresh(`.a.yaml.${dead}.${hex}.tmp`, ...others);
    await writeFileAtomic(path.join(at, 'a.yaml'), 'new');
    assert.deepEqual(readdirSync(at).sort(), ['a.yaml', ...others].sort());
  });

  it('goes with a folder, and one that was moved away comes back', async () => {
    const at = await fresh();
    const [building, replaced] = ['building', 'replaced'].map((what) =>
      path.join(at, `.seed-1.${dead}.${what}`),
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

  it('goes from a run that is held, whoever has left it', async () => {
    const at = await fresh('run.json', `.run.json.${process.pid}.${hex}.tmp`, '.gitignore');
    await mkdir(path.join(at, 'adapters', `.seed-1.${dead}.building`), { recursive: true });
    await removeAllUnfinished(at);
    assert.deepEqual(readdirSync(at).sort(), ['.gitignore', 'adapters', 'run.json']);
    assert.deepEqual(readdirSync(path.join(at, 'adapters')), []);
  });
});
