import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded into a process before its own program (`node --require`): on SIGUSR2 it collects its garbage and writes what it holds, a
 * line of JSON, into the file that ADAPTER_LAB_SOAK_MEMORY names.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  writeFileSync(
    process.env['ADAPTER_LAB_SOAK_MEMORY'] ?? '',
    `${JSON.stringify({ rss, heapUsed, external, arrayBuffers })}\n`,
  );
});
