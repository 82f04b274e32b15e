import type { Stats } from 'node:fs';
import { access, constants, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './fileError';
import { removeUnfinished, temporaryName } from './unfinished';

/** What a file is written from; chunks spare the copy where a file is large, and may come as they are read. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a whole file so that a reader, or a power cut, sees the old content or the new one and never a mixture: into a
 * temporary file beside it, flushed, then renamed over it. Keeps the mode and owner of an existing file, refuses one that
 * is read-only, and a symbolic link stays a link. The temporary file is removed on failure, and that of a process that was killed
 * when the file is written the next time; the folder must exist.
 *
 * @throws the file system's error (`toLabError` names a full disk)
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  // A rename would go through: the folder decides about that. A file that was made read-only is meant to stay.
  if (before !== undefined) await access(target, constants.W_OK);
  const temporary = await writeBeside(target, content, before);
  try {
    await renameOver(temporary, target);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(target));
}

/**
 * Writes a temporary file, flushed, in the folder of another one; none is left on failure.
 *
 * @param like whose mode and owner it gets
 * @returns its path
 */
export async function writeBeside(target: string, content: FileContent, like?: Stats): Promise<string> {
  await removeUnfinished(target);
  const temporary = temporaryName(target);
  const handle = await open(temporary, 'wx');
  try {
    try {
      if (like !== undefined) {
        await handle.chmod(like.mode & 0o7777);
        // Only root may give files away; for everyone else the owner is the same already.
        await handle.chown(like.uid, like.gid).catch(() => undefined);
      }
      await writeAll(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  return temporary;
}

async function writeAll(handle: FileHandle, content: FileContent): Promise<void> {
  const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for await (const chunk of chunks) await handle.appendFile(chunk);
}

/** Renames. On Windows a virus scanner or an open editor may hold the target for a moment. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (thrown) {
      const held =
        process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(thrown) ?? '');
      if (!held || attempt === 10) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}

/** Makes the rename itself durable. Windows cannot open folders, and some network disks cannot flush them. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (!['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(systemCode(thrown) ?? '')) throw thrown;
  }
}
