import { basename, join, relative, sep } from 'node:path';
import { resumeFile, runFiles } from '../../files/runs';
import { runsFolder } from '../../shared/ids';

/** The folder of the run that a path lies in, or is; undefined for all others. */
export function runOf(path: string): string | undefined {
  const inside = `${sep}${runsFolder.split('/').join(sep)}${sep}`;
  const at = path.lastIndexOf(inside);
  if (at < 0) return undefined;
  const root = path.slice(0, at + inside.length - 1);
  const [name] = relative(root, path).split(sep);
  return name === undefined || name === '' ? undefined : join(root, name);
}

/**
 * Whether a change there says nothing of the run, because it is the work's own: in `state/`, but for the file by which a run
 * goes on, the temporary file of one that is written, or that by which a process holds it.
 *
 * @param isOnlyWritten it was there before: of the journal that alone says nothing either
 */
export function isOfWork(run: string, path: string, isOnlyWritten: boolean): boolean {
  if (
    /^\..+\.tmp$/.test(basename(path)) ||
    path.startsWith(join(run, runFiles.lock)) ||
    path.startsWith(join(run, runFiles.pieces))
  )
    return true;
  if (path === join(run, runFiles.events) || path === resumeFile(run)) return isOnlyWritten;
  return relative(run, path).split(sep)[0] === 'state';
}
