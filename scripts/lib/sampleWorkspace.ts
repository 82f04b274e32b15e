import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startRepository } from './gitRepository';

/** The sample as the repository keeps it. It is never worked in: what the user changes belongs to a copy. */
export const SAMPLE = resolve(__dirname, '../../media/sample');

/**
 * Puts a copy of the sample workspace, a git repository with one commit, into `target` and returns its path. A copy
 * that is there already is left as the user made it, unless `recreate` asks for a fresh one.
 */
export function prepareSampleWorkspace(target: string, options: { recreate?: boolean } = {}): string {
  const folder = resolve(target);
  if (existsSync(join(folder, '.git')) && !options.recreate) return folder;
  if (!existsSync(SAMPLE) || readdirSync(SAMPLE).length === 0) {
    throw new Error(
      `The sample workspace is missing: ${SAMPLE} is empty. \`git checkout media/sample\` brings it back.`,
    );
  }
  // Only a folder that an earlier call made, which its repository shows, is emptied.
  const ours = !existsSync(folder) || existsSync(join(folder, '.git')) || readdirSync(folder).length === 0;
  if (!ours) throw new Error(`${folder} holds something else than a copy of the sample; move it away.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(SAMPLE, folder, { recursive: true });
  startRepository(folder, 'Start from the sample workspace');
  return folder;
}
