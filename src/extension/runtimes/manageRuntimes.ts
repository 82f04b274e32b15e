import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedRuntimes } from '../../files/runtimes';
import { planRuntime } from '../../files/runtimes/plan';
import { removeRuntime } from '../../files/runtimes/staging';
import { remoteSize } from '../../files/runtimes/download';
import { formatBytes } from '../../shared/format';
import { runtimeIds, runtimes } from '../../shared/runtimes';
import { confirmation, installButton } from './confirmation';
import { installShown } from './installShown';
import type { RuntimeChange, RuntimeParts } from './parts';
import { runtimeItems, type RuntimeItem } from './runtimeItems';
import { tellInstalled, tellRemoved } from './tell';

const [reinstall, remove] = ['Reinstall', 'Remove'];

/** One window installs one runtime at a time. */
let installing: string | undefined;

/**
 * Lets the user pick an optional device, and fetches its files or removes them.
 *
 * @returns what was done; undefined where the user declines
 * @throws LabError `runtime-unavailable`, `runtime-install-failed`, `disk-full`, `not-writable`, `cancelled`
 */
export async function manageRuntimes(parts: RuntimeParts): Promise<RuntimeChange | undefined> {
  const { dialogs, presenter } = parts;
  if (installing !== undefined) {
    void presenter.offer('information', `${installing} is being installed.`);
    return undefined;
  }
  const picked = await dialogs.pick(items(parts), {
    title: 'Install GPU Runtime',
    placeHolder: 'Files of optional devices; nothing is fetched before you confirm',
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.refused !== undefined) {
    void presenter.offer('information', `${runtimes[picked.id].title}: ${picked.refused}`);
    return undefined;
  }
  if (!picked.record) return install(parts, picked);
  const answer = await dialogs.ask({
    kind: 'information',
    message: `${runtimes[picked.id].title} is installed.`,
    detail: `${formatBytes(picked.record.bytes)} in ${join(parts.runtimes.folder, picked.id)}`,
    modal: true,
    buttons: [reinstall, remove],
  });
  if (answer === remove) return uninstall(parts, picked);
  return answer === reinstall ? install(parts, picked) : undefined;
}

async function items({ runtimes: { folder, extension } }: RuntimeParts): Promise<RuntimeItem[]> {
  const carried = runtimeIds.filter((id) => {
    const file = runtimes[id].carriedFile;
    return file !== undefined && existsSync(join(extension, 'dist', 'native', file));
  });
  return runtimeItems(await installedRuntimes(folder), process, carried);
}

async function install(
  parts: RuntimeParts,
  { id, record: before }: RuntimeItem,
): Promise<RuntimeChange | undefined> {
  const folder = join(parts.runtimes.folder, id);
  const plan = planRuntime(id);
  // A file that is not there at all is said before the user decides.
  const sizes = await Promise.all(plan.downloads.map(({ url }) => remoteSize(url)));
  const answer = await parts.dialogs.ask(confirmation(plan, sizes, folder));
  if (answer !== installButton || installing !== undefined) return undefined;
  installing = runtimes[id].title;
  try {
    if (before) await parts.runtimes.renewEngine();
    const record = await installShown(plan, sizes, parts.runtimes);
    await parts.runtimes.renewEngine();
    tellInstalled(parts, record);
  } finally {
    installing = undefined;
  }
  return { runtime: id, done: 'installed', folder };
}

async function uninstall(parts: RuntimeParts, { id }: RuntimeItem): Promise<RuntimeChange> {
  // Before: Windows keeps the library of a process that runs.
  await parts.runtimes.renewEngine();
  await removeRuntime(parts.runtimes.folder, id);
  tellRemoved(parts, id);
  return { runtime: id, done: 'removed', folder: join(parts.runtimes.folder, id) };
}
