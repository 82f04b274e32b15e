import type { Log } from '../../../src/extension/log';

/** A log that keeps its lines. */
export function logOf(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const add =
    (level: string) =>
    (message: string): void => {
      lines.push(`${level}: ${message}`);
    };
  return {
    log: {
      trace: add('trace'),
      debug: add('debug'),
      info: add('info'),
      warn: add('warn'),
      error: add('error'),
    },
    lines,
  };
}

/** Waits until something is so. */
export async function until(
  ask: () => boolean | Promise<boolean>,
  what: string,
  timeout = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
