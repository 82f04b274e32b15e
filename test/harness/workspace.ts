import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startRepository } from '../../scripts/lib/gitRepository';

/** What a test's folder starts with: a folder to copy, or texts by path. */
export type WorkspaceSource = string | Readonly<Record<string, string>>;

/** A folder of its own below `parent`, so that no test finds what another left, and a git repository with one commit. */
export function makeWorkspace(source: WorkspaceSource, parent: string): string {
  const folder = join(parent, 'workspace');
  mkdirSync(folder, { recursive: true });
  if (typeof source === 'string') cpSync(source, folder, { recursive: true });
  else {
    for (const [path, text] of Object.entries(source)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
  startRepository(folder, 'Start', { ownIdentity: true });
  return folder;
}
