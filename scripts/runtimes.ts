import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runtimeIds, runtimes, type RuntimeId } from '../src/shared/runtimes';
import { npm } from '../test/harness/npmPackages';
import { removeFolder, temporaryFolder } from '../test/harness/temporary';

/**
 * `npx tsx scripts/runtimes.ts`: makes the lock files of media/runtimes/ again, after a version in src/shared/runtimes.ts
 * has changed. They pin the hash of every package and leave the registry to whoever installs.
 */
async function lock(id: RuntimeId): Promise<void> {
  const { package: name, version } = runtimes[id];
  const work = temporaryFolder('adapter-lab-lock-');
  const into = path.resolve(__dirname, '..', 'media', 'runtimes', id);
  try {
    const manifest = {
      name: `adapter-lab-runtime-${id}`,
      private: true,
      dependencies: { [name]: version },
    };
    writeJson(path.join(work, 'package.json'), manifest);
    await npm(work, 'install', '--package-lock-only', '--omit-lockfile-registry-resolved=true');
    const file = JSON.parse(readFileSync(path.join(work, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { funding?: unknown; deprecated?: unknown }>;
    };
    // Addresses that only `npm fund` reads, and words for who installs the package itself.
    for (const entry of Object.values(file.packages)) {
      delete entry.funding;
      delete entry.deprecated;
    }
    mkdirSync(into, { recursive: true });
    writeJson(path.join(into, 'package.json'), manifest);
    writeJson(path.join(into, 'package-lock.json'), file);
    console.log(`${path.relative(process.cwd(), into)}: ${Object.keys(file.packages).length - 1} packages`);
  } finally {
    removeFolder(work);
  }
}

const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

async function main(): Promise<void> {
  for (const id of runtimeIds) await lock(id);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
