import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from './atomic';
import { commitOnly, type GitFiles } from './git';

/** A file that is written for a commit. */
export interface NewContent {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

/**
 * Writes one file and commits it with others. Where the commit fails, a hook that refuses for instance, the file is put back
 * as it was, or removed where it was not there: nothing is left in the user's way.
 *
 * @returns the commit's id
 * @throws LabError as `commitOnly` does
 */
export async function commitWith(
  content: NewContent,
  files: GitFiles & { readonly message: string },
): Promise<string> {
  const before = await readFile(content.path).catch(() => undefined);
  await writeFileAtomic(content.path, content.text);
  try {
    return await commitOnly({ ...files, paths: [...files.paths, content.path] });
  } catch (thrown) {
    if (before === undefined) await rm(content.path, { force: true });
    else await writeFileAtomic(content.path, before);
    throw thrown;
  }
}
