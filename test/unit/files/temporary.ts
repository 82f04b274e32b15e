import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the tests of a `describe` block, removed after them. */
export function temporaryFolder(): { path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'adapter lab é-'));
  });
  after(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
