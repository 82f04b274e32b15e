import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '../makeFolder';
import { cancelled, LabError } from '../../shared/errors';
import { runtimes } from '../../shared/runtimes';
import { recordFile, thisPlatform, type RuntimeRecord } from '../runtimes';
import { download } from './download';
import { npmInstall } from './npm';
import type { RuntimePlan } from './plan';
import { inStaging } from './staging';
import { folderBytes, moveFiles, tidy } from './tidy';
import { unpack } from './unpack';

export interface InstallOptions {
  /** The folder of all runtimes. */
  readonly folder: string;
  /** Holds package.json and package-lock.json of the runtime. */
  readonly lock: string;
  /** What npm is run with; its PATH names npm and node. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done, and how many bytes of it there are since it was last told. */
  readonly progress?: ((doing: string, bytes: number) => void) | undefined;
}

/** npm's files, of no use once it is done. */
const locked = ['package.json', 'package-lock.json'] as const;
const pollMs = 500;

/**
 * Installs a runtime: npm's packages as the lock file pins them, its other files by their hashes, of all that what this
 * machine loads, and last the record that makes it count. One that was there before is replaced in the end. Where anything
 * fails, nothing is left behind.
 *
 * @throws LabError `runtime-install-failed`, `runtime-unavailable`, `disk-full`, `cancelled`, or the system's error
 */
export const installRuntime = (plan: RuntimePlan, options: InstallOptions): Promise<RuntimeRecord> =>
  inStaging(options.folder, plan.id, async (staging) => {
    const packages = await layPackages(staging, options);
    await tidy(staging, plan);
    const files: RuntimeRecord['files'] = [];
    for (const file of plan.downloads) files.push(await layDownload(staging, file, options));
    await moveFiles(staging, plan.moves);
    for (const library of plan.libraries) await requireLibrary(plan, staging, library);
    // It may have been cancelled when the last program had just ended.
    if (options.signal?.aborted === true) throw cancelled();
    const record: RuntimeRecord = {
      version: 1,
      id: plan.id,
      platform: thisPlatform,
      packages,
      installedAt: new Date().toISOString(),
      bytes: await folderBytes(staging),
      files,
    };
    await writeFile(join(staging, recordFile), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  });

/** Has npm lay the packages down; returns their names with versions, those it needs below itself included. */
async function layPackages(
  staging: string,
  { lock, env, signal, progress }: InstallOptions,
): Promise<string[]> {
  for (const name of locked) await copyFile(join(lock, name), join(staging, name));
  const packages = await packagesOf(join(lock, 'package-lock.json'));
  const stop = pollBytes(join(staging, 'node_modules'), (bytes) =>
    progress?.("Fetching npm's packages", bytes),
  );
  try {
    await npmInstall(staging, env, signal);
  } finally {
    await stop();
  }
  for (const name of [...locked, 'node_modules/.package-lock.json']) {
    await rm(join(staging, name), { force: true });
  }
  return packages;
}

async function packagesOf(lockFile: string): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(lockFile, 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '' }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
}

/** npm tells nobody how far it is; its folder does. Returns what ends the watch. */
function pollBytes(folder: string, grown: (bytes: number) => void): () => Promise<void> {
  let known = 0;
  let over = false;
  const look = async (): Promise<void> => {
    const bytes = await folderBytes(folder);
    if (bytes > known) grown(bytes - known);
    known = Math.max(known, bytes);
  };
  const watch = async (): Promise<void> => {
    while (!over) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  const watching = watch();
  return async () => {
    over = true;
    await watching;
    await look();
  };
}

async function layDownload(
  staging: string,
  { name, url, sha256, into, strip }: RuntimePlan['downloads'][number],
  { signal, progress }: InstallOptions,
): Promise<RuntimeRecord['files'][number]> {
  const archives = join(staging, '.downloads');
  await makeFolder(archives);
  const archive = join(archives, name);
  const received = (bytes: number): void => progress?.(`Downloading ${name}`, bytes);
  const found = await download(url, sha256, archive, { signal, received });
  progress?.(`Unpacking ${name}`, 0);
  await unpack(archive, join(staging, into), strip, signal);
  await rm(archives, { recursive: true });
  return { name, sha256: found, verified: sha256 !== undefined };
}

async function requireLibrary({ id }: RuntimePlan, staging: string, library: string): Promise<void> {
  const found = await stat(join(staging, library)).catch(() => undefined);
  if (found?.isFile()) return;
  throw new LabError(
    'runtime-install-failed',
    `What was fetched for ${runtimes[id].title} holds no ${basename(library)}.`,
    'Report it with the log; choose another device meanwhile.',
  );
}
