import { endWithParent } from '../engine/childProcess';

/**
 * The wasm runtime of tfjs installs handlers that print its whole source before an error. An engine that meets an
 * unexpected error says one line on stderr and ends: the client classifies the exit and starts another when asked.
 */
export function endOnSurprise(): void {
  const end = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  };
  process.prependListener('uncaughtException', end);
  process.prependListener('unhandledRejection', end);
  // The window is gone: so is the reason to compute.
  endWithParent();
}
