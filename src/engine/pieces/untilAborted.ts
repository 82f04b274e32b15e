import { once } from 'node:events';
import { cancelled } from '../../shared/errors';

/** What takes long is not waited for by whoever is told to stop: it goes on, and nobody hears of it. @throws LabError cancelled */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  const waiting = new AbortController();
  const aborted = once(signal, 'abort', { signal: waiting.signal }).then(() => {
    throw cancelled();
  });
  aborted.catch(() => undefined);
  try {
    if (signal.aborted) throw cancelled();
    return await Promise.race([work, aborted]);
  } finally {
    waiting.abort();
  }
}
