import { LabError } from '../../shared/errors';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
  /** Why it could not be started at all. */
  readonly startError?: Error | undefined;
}

/** V8, the C++ library and tfjs say it in their own words. */
const memoryWords =
  /heap out of memory|Allocation failed|bad_alloc|Cannot allocate memory|Array buffer allocation failed/i;

/** Signals of a fault in the process itself, as against those that someone sends. */
const faults: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** What an aborted process leaves: the signal, or its number where a shell stands between. */
const isAbort = ({ code, signal }: Exit): boolean => signal === 'SIGABRT' || code === 134;

/** The error of the requests that an engine left without an answer when it ended by itself. */
export function exitError(exit: Exit): LabError {
  const { code, signal, startError } = exit;
  if (startError) {
    return new LabError(
      'engine-node-missing',
      `The engine could not be started: ${startError.message}.`,
      'Check the setting adapterLab.nodePath.',
      { cause: startError },
    );
  }
  if (memoryWords.test(exit.stderr) || isAbort(exit)) {
    const surely = memoryWords.test(exit.stderr);
    return new LabError(
      'out-of-memory',
      surely
        ? 'The engine ran out of memory.'
        : 'The engine was aborted, which most often means that it ran out of memory.',
      'Lower score.batch_size or score.max_length in the experiment, then try again.',
    );
  }
  if (signal === 'SIGKILL') {
    return new LabError(
      'engine-killed',
      'The engine was killed (SIGKILL): by someone, or by the system because memory ran out; the two look alike from here.',
      'Close what else needs memory or lower score.batch_size, then try again.',
    );
  }
  if (signal !== null && !faults.includes(signal)) {
    return new LabError(
      'engine-killed',
      `The engine was ended from outside (${signal}).`,
      'Try again; a new engine is started.',
    );
  }
  if (code === 0) {
    return new LabError(
      'engine-crashed',
      'The engine ended before it had answered.',
      'Try again; a new engine is started.',
    );
  }
  const words = lastWords(exit.stderr);
  return new LabError(
    'engine-crashed',
    `The engine crashed (${signal ?? `exit code ${code}`})${words === '' ? '' : `: ${words}`}.`,
    'Try again; if it crashes again, report it with the log.',
  );
}

/** The line of an error in what was written last, without the stack below it. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const error = lines.findLast((line) => /^\w*Error\b|^Uncaught/.test(line));
  const line = error ?? lines.findLast((text) => text !== '' && !text.startsWith('at ')) ?? '';
  return line.slice(0, 200).replace(/\.$/, '');
}
