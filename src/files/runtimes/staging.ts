import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../makeFolder';
import { LabError } from '../../shared/errors';
import type { RuntimeId } from '../../shared/runtimes';
import { renameOver } from '../atomic';
import { systemCode } from '../fileError';
import { mayBeAlive } from '../processes';

/** Folders that this machinery works in begin with a dot and end with the number of their process. */
const working = /^\..+\.(\d+)$/;
const workingName = (what: string): string => `.${what}.${process.pid}`;

/**
 * Makes a runtime's folder beside its place and puts it there whole: what is interrupted is never taken for installed, and
 * the runtime that was there before stays until the new one is ready.
 *
 * @param folder of all runtimes; made where it is missing
 */
export async function inStaging<T>(
  folder: string,
  id: RuntimeId,
  build: (staging: string) => Promise<T>,
): Promise<T> {
  await makeFolder(folder);
  await removeStale(folder);
  const staging = join(folder, workingName(id));
  await rm(staging, { recursive: true, force: true });
  try {
    await mkdir(staging);
    const built = await build(staging);
    await removeRuntime(folder, id);
    await renameOver(staging, join(folder, id));
    return built;
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Removes a runtime: away in one step, so that half a folder is never found under its name. What cannot be deleted then,
 * as a library that is loaded on Windows, goes at the next installation.
 *
 * @throws LabError `runtime-install-failed` where it cannot be moved away
 */
export async function removeRuntime(folder: string, id: RuntimeId): Promise<void> {
  const place = join(folder, id);
  // An earlier one may still be there.
  const away = join(folder, workingName(`${id}.removed.${Date.now()}`));
  try {
    await rename(place, away);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return;
    throw new LabError(
      'runtime-install-failed',
      `${place} cannot be removed: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      'Close what uses it, such as a run that is going on or another window, then try again.',
      { cause: thrown },
    );
  }
  await rm(away, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}

/** Removes what processes that are gone have left; another window may be installing right now. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(working.exec(name)?.[1]);
    if (Number.isNaN(pid)) continue;
    const path = join(folder, name);
    const used = await stat(path).catch(() => undefined);
    const isBusy = used !== undefined && (await mayBeAlive(pid, used.mtimeMs));
    if (!isBusy) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
