import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();
let removesAtExit = false;

/** A new temporary folder, which is gone at the end of this process even when that end is Ctrl+C. */
export function temporaryFolder(prefix = 'adapter-lab-'): string {
  if (!removesAtExit) process.once('exit', () => folders.forEach(removeFolder));
  removesAtExit = true;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  folders.add(folder);
  return folder;
}

/** Removes a folder, again where something that is about to end still writes into it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}
