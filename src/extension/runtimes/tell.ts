import type { RuntimeRecord } from '../../files/runtimes';
import { formatBytes } from '../../shared/format';
import { runtimes, type RuntimeId } from '../../shared/runtimes';
import { ours } from '../presenter';
import type { RuntimeParts } from './parts';

/** Says that a runtime is there, and from when on it counts: an engine sees what is installed when it starts. */
export function tellInstalled(parts: RuntimeParts, { id, bytes, files }: RuntimeRecord): void {
  const { presenter } = parts;
  for (const { name, sha256, verified } of files) {
    presenter.note(`${name}: SHA-256 ${sha256}, ${verified ? 'as pinned' : 'recorded; none is published'}.`);
  }
  const message = `${runtimes[id].title} is installed (${formatBytes(bytes)}). ${when(parts)}`;
  void presenter.offer('information', message, ours('adapterLab.selectDevice', 'Select Device'));
}

export function tellRemoved(parts: RuntimeParts, id: RuntimeId): void {
  void parts.presenter.offer('information', `${runtimes[id].title} was removed. ${when(parts)}`);
}

const when = ({ jobs }: RuntimeParts): string =>
  jobs.active
    ? 'The run that is going on ends as it began; the next one sees the change.'
    : 'The next run sees the change.';
