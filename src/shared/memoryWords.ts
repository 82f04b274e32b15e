import { formatBytes } from './format';
import type { MemoryUse } from './runState';

/** How memory is spent, for people: "one block at a time, read from disk; 2 processes of about 420 MB". */
export function memoryWords({ mode, processes, threads, processBytes, stateBytes, card }: MemoryUse): string {
  const disk = stateBytes > 0 ? `; up to ${formatBytes(stateBytes)} on disk meanwhile` : '';
  if (card !== undefined) return `${modeWords[mode]}; about ${formatBytes(processBytes)} of ${card}${disk}`;
  const each = `${formatBytes(processBytes)}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const who = processes === 1 ? `1 process of about ${each}` : `${processes} processes of about ${each} each`;
  return `${modeWords[mode]}; ${who}${disk}`;
}

const modeWords: Readonly<Record<MemoryUse['mode'], string>> = {
  tape: 'the whole model with all activations of a batch',
  'micro-batches': 'the whole model with all activations of a small batch',
  recomputed: 'the whole model with the activations of one block, which is computed again on the way back',
  streaming: 'one block at a time, read from disk',
};
