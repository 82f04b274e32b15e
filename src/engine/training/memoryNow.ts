import type { StepMemory } from '../../shared/runEvents';
import { cardBytes } from '../../tensors/cardBytes';

/** What this process and its card take now. */
export function memoryNow(): StepMemory {
  const card = cardBytes();
  return {
    resident: process.memoryUsage.rss(),
    peak: process.resourceUsage().maxRSS * 1024,
    ...(card === undefined ? {} : { card }),
  };
}
