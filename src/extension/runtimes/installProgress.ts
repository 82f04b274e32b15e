import type { RuntimePlan } from '../../files/runtimes/plan';
import { formatBytes } from '../../shared/format';
import { runtimes } from '../../shared/runtimes';

/**
 * Bytes as a share of all that there will be: npm's packages as they are laid down, and the other files as they come.
 * Where a server does not tell a size, its file moves nothing but the words.
 */
export function reporter(
  plan: RuntimePlan,
  sizes: readonly (number | undefined)[],
  report: (message: string, increment: number) => void,
): (doing: string, bytes: number) => void {
  const known = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const total = runtimes[plan.id].unpackedBytes + known;
  const done = new Map<string, number>();
  let shown = 0;
  return (doing, bytes) => {
    const sofar = (done.get(doing) ?? 0) + bytes;
    done.set(doing, sofar);
    const unknown = plan.downloads.some(({ name }, i) => sizes[i] === undefined && doing.endsWith(name));
    const increment = unknown ? 0 : Math.min((bytes / total) * 100, 100 - shown);
    shown += increment;
    report(sofar > 0 ? `${doing}: ${formatBytes(sofar)}` : doing, increment);
  };
}
