import { cancelled } from '../../shared/errors';

/** Lets messages in: without it a cancel or a heartbeat would wait for the whole unit. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw cancelled();
}
