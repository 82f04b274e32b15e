import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { syntaxOf } from '../../configs/trainers/read';
import { fileError } from '../../files/fileError';

/** Not looked into: what packages, git and our own runs hold is not the user's. */
const skipped = new Set(['node_modules', '.git', '.adapter-lab', '.venv', '__pycache__']);

/** No configuration is as large; data in JSON is. */
const largestBytes = 1024 * 1024;

export interface Candidate {
  /** Absolute. */
  readonly file: string;
  /** Whether the user named it, and not a folder above it. */
  readonly isNamed: boolean;
}

/**
 * The files that are meant by files and folders, in order, each once. Links inside folders are not followed.
 *
 * @throws LabError `experiment-missing` where a path does not exist
 */
export async function candidates(paths: readonly string[]): Promise<Candidate[]> {
  const found = new Map<string, Candidate>();
  for (const file of paths) {
    const at = await stat(file).catch((thrown: unknown) => {
      throw fileError(thrown, 'experiment-missing', 'The file', file, 'Check the path.');
    });
    if (!at.isDirectory()) found.set(file, { file, isNamed: true });
    else
      for (const one of await inFolder(file)) found.set(one, found.get(one) ?? { file: one, isNamed: false });
  }
  return [...found.values()];
}

async function inFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    throw fileError(thrown, 'experiment-missing', 'The folder', folder, 'Check its permissions.');
  });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const one = path.join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) {
      for (const within of await inFolder(one)) files.push(within);
    }
    if (!entry.isFile() || syntaxOf(entry.name) === undefined) continue;
    if ((await stat(one)).size <= largestBytes) files.push(one);
  }
  return files;
}
