import type * as vscode from 'vscode';
import { unsupported, type Machine } from '../../files/runtimes/plan';
import type { RuntimeRecord } from '../../files/runtimes';
import { formatBytes } from '../../shared/format';
import { runtimeIds, runtimes, type RuntimeId } from '../../shared/runtimes';

export interface RuntimeItem extends vscode.QuickPickItem {
  readonly id: RuntimeId;
  /** Undefined where it is not installed. */
  readonly record: RuntimeRecord | undefined;
  /** Why it is not installed here; a sentence. */
  readonly refused: string | undefined;
}

/**
 * The runtimes as rows of a quick pick; those that are not for this machine say why.
 *
 * @param carried those whose files the extension brings itself
 */
export const runtimeItems = (
  installed: readonly RuntimeRecord[],
  machine: Machine,
  carried: readonly RuntimeId[],
): RuntimeItem[] =>
  runtimeIds.map((id): RuntimeItem => {
    const { title, needs, npmBytes } = runtimes[id];
    const record = installed.find((one) => one.id === id);
    const refused = unsupported(id, machine);
    if (refused !== undefined) {
      const [label, description] = [`$(circle-slash) ${title}`, 'not for this machine'];
      return { id, record, refused, label, description, detail: refused };
    }
    if (record) {
      const description = `installed, ${versionText(record)}, ${formatBytes(record.bytes)}`;
      return { id, record, refused, label: `$(check) ${title}`, description, detail: needs };
    }
    if (carried.includes(id)) {
      const detail = 'This build of Adapter Lab carries it already.';
      return { id, record, refused: detail, label: `$(check) ${title}`, description: 'not needed', detail };
    }
    const more = id === 'tensorflow' ? ' and libtensorflow' : '';
    return {
      id,
      record,
      refused,
      label: `$(cloud-download) ${title}`,
      description: `not installed, downloads ${formatBytes(npmBytes)}${more}`,
      detail: needs,
    };
  });

/** The version that is installed, and the one that this version of Adapter Lab would install where that is another. */
function versionText({ id, packages }: RuntimeRecord): string {
  const { package: name, version } = runtimes[id];
  const found =
    packages.find((one) => one.startsWith(`${name}@`))?.slice(name.length + 1) ?? 'unknown version';
  return found === version ? `version ${version}` : `version ${found} (${version} is newer)`;
}
