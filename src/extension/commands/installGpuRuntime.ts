import type { RuntimeChange } from '../runtimes/parts';
import { requireTrust } from '../trust';
import type { Parts } from './parts';

/**
 * Lets the user fetch the files of an optional device, or remove them again.
 *
 * @returns what was done; undefined where the user declines
 */
export async function installGpuRuntime(parts: Parts): Promise<RuntimeChange | undefined> {
  requireTrust();
  const { manageRuntimes } = await parts.onDemand();
  return manageRuntimes(parts);
}
