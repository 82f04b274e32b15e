import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../shared/errors';
import { formatBytes } from '../../shared/format';
import { largestOf } from '../../shared/largestOf';
import type { Prepared } from '../prepare';
import { activationBytes } from './activations';
import type { Workload } from './workload';

/** Hidden states on disk while units are under way, in bytes; 0 where they stay in memory. */
export function stateBytes({ model }: Prepared, { mode, items, units, processes }: Workload): number {
  if (mode !== 'streaming') return 0;
  const { width, layers } = model.spec;
  const tokens = units.map((unit) =>
    unit.items.reduce((sum, item) => {
      const batch = items[item]?.batch;
      return sum + (batch === undefined ? 0 : batch.members.length * batch.length);
    }, 0),
  );
  const atOnce = Math.min(units.length, Math.max(1, processes));
  return atOnce * activationBytes(Math.max(0, largestOf(tokens)), width, layers);
}

/**
 * @param folder where they will lie; it need not be there yet
 * @throws LabError disk-full before anything is written
 */
export async function requireDisk(folder: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined) {
    const parent = path.dirname(folder);
    return parent === folder ? undefined : requireDisk(parent, bytes);
  }
  const free = found.bavail * found.bsize;
  if (free >= bytes) return;
  throw new LabError(
    'disk-full',
    `Scoring block by block would keep ${formatBytes(bytes)} of hidden states on disk; ${formatBytes(free)} are free.`,
    'Free some space, or score fewer or shorter samples.',
  );
}
