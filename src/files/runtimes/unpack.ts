import { basename, join } from 'node:path';
import { makeFolder } from '../makeFolder';
import { LabError } from '../../shared/errors';
import { runProgram } from './program';

/** Windows's own: another one on the PATH, such as git's, may not know zip files. */
const tar =
  process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe')
    : 'tar';

/**
 * Unpacks an archive with the system's tar; the folder is made where it is missing.
 *
 * @param strip so many leading parts of the names in it are left out
 * @throws LabError `runtime-install-failed`, `disk-full`, `cancelled`
 */
export async function unpack(
  archive: string,
  into: string,
  strip: number,
  signal?: AbortSignal,
): Promise<void> {
  await makeFolder(into);
  const gzip = archive.endsWith('.gz') ? ['-z'] : [];
  // As root, tar would give the files to whoever packed them.
  const args = [...gzip, '-xf', archive, '-C', into, `--strip-components=${strip}`, '--no-same-owner'];
  const { code, stderr } = await runProgram(tar, args, {
    cwd: into,
    env: { ...process.env, LC_ALL: 'C' },
    signal,
  }).catch((thrown: unknown) => {
    throw thrown instanceof LabError ? thrown : failed(archive, `tar cannot be run (${String(thrown)})`);
  });
  if (code === 0) return;
  if (stderr.includes('No space left on device')) {
    throw new LabError(
      'disk-full',
      `The disk is full: ${basename(archive)} could not be unpacked into ${into}.`,
      'Free some space, then install again.',
    );
  }
  throw failed(archive, stderr.trim().split('\n').at(-1) || `tar ended with exit code ${code}`);
}

const failed = (archive: string, words: string): LabError =>
  new LabError(
    'runtime-install-failed',
    `${basename(archive)} could not be unpacked: ${words.replace(/\.$/, '')}.`,
    'Install again.',
  );
