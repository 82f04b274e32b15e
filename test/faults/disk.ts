import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { inWorld } from './killedAtCall';

const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });
const unmount = (place: string): void => void execFileSync('umount', [place], { stdio: 'ignore' });

/**
 * A disk that can be filled up and made read-only. It is a file system of its own in memory where this process may mount one (as root
 * permissions do not bind, and a real disk cannot be filled); elsewhere processes are told so by a preload.
 */
export class Disk {
  private constructor(
    /** Absolute path of an empty folder on it. */
    readonly root: string,
    readonly isMounted: boolean,
  ) {}

  /** @param bytes that it holds at most */
  static async make(folder: string, bytes: number): Promise<Disk> {
    const root = path.join(folder, 'disk');
    await mkdir(root);
    try {
      mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', root);
      return new Disk(root, true);
    } catch {
      console.log('      No file system can be mounted here: what writes is refused by a preload instead.');
      return new Disk(root, false);
    }
  }

  /** Leaves so many bytes free. @returns the environment of a process that works on it */
  fill(free: number): Record<string, string> {
    if (!this.isMounted)
      return inWorld('refusedWrites.mjs', { REFUSE_CODE: 'ENOSPC', REFUSE_AFTER: String(free) });
    const { bavail, bsize } = statfsSync(this.root);
    writeFileSync(this.ballast, Buffer.alloc(Math.max(0, bavail * bsize - free)));
    return {};
  }

  /** Makes space again. */
  empty(): void {
    if (this.isMounted) rmSync(this.ballast, { force: true });
  }

  /** Makes a folder on it read-only; what is open stays so. @returns the environment of a process that works there */
  lock(folder: string): Record<string, string> {
    if (!this.isMounted) return inWorld('refusedWrites.mjs', { REFUSE_CODE: 'EROFS', REFUSE_AFTER: '0' });
    mount('--bind', folder, folder);
    mount('-o', 'remount,ro,bind', folder);
    return {};
  }

  unlock(folder: string): void {
    if (this.isMounted) unmount(folder);
  }

  remove(): void {
    if (this.isMounted) execFileSync('umount', ['--lazy', this.root], { stdio: 'ignore' });
  }

  private get ballast(): string {
    return path.join(this.root, 'ballast');
  }
}
