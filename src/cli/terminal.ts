import path from 'node:path';
import { canResume, runFiles } from '../files/runs';
import { exitCodes, toLabError, leaving } from '../shared/errors';

/** Results go to standard output, everything else to standard error, so that a pipe gets results alone. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Prints an error as `code: sentence` with its next step, and returns the exit code that belongs to it. */
export function reportError(thrown: unknown): number {
  const error = toLabError(thrown);
  say(`${error.code}: ${error.message}`);
  say(`Next: ${error.next}`);
  if (error.code === 'internal' && thrown instanceof Error) say(thrown.stack ?? '');
  return exitCodes[error.kind];
}

/** Says how a run that was stopped goes on. @param command what it was started with */
export async function offerResume(run: string, command: string): Promise<void> {
  if (!(await canResume(run))) return;
  say(`To go on from where it stopped: ${command} --resume ${quoted(shown(run))}`);
}

/** A path as seen from the working directory. */
export const shown = (file: string): string => path.relative(process.cwd(), file) || file;

/** The reports of a run that people open, as seen from the working directory. */
export const shownReports = (run: string): string[] =>
  [runFiles.report, runFiles.htmlReport].map((name) => shown(path.join(run, name)));

/** A path as a word of a command. */
export const quoted = (file: string): string => (/\s/.test(file) ? `"${file}"` : file);

/** A signal that the first Ctrl+C fires; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.cancelled);
    say('\nStopping; what is done is kept. Ctrl+C again ends at once.');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  // A terminal that is closed: what a cluster does goes on.
  process.on('SIGHUP', () => controller.abort(leaving));
  return controller.signal;
}
