/**
 * Errors that a user sees. Each has a stable code, one sentence of what is wrong and where, and the next step.
 * `kind` decides the command line's exit code: the input is wrong (1), the engine failed (2), cancelled (130).
 */
export type ErrorKind = 'input' | 'engine' | 'cancelled';

export const exitCodes: Readonly<Record<ErrorKind, number>> = { input: 1, engine: 2, cancelled: 130 };

/** Every code there is, with its kind. A test checks that each is used. */
export const errorKinds = {
  'model-missing': 'input',
  'model-config-invalid': 'input',
  'model-architecture-unknown': 'input',
  'model-weights-missing': 'input',
  'model-tensor-missing': 'input',
  'model-tensor-shape': 'input',
  'model-dtype-unsupported': 'input',
  'model-changed': 'input',
  'model-head-missing': 'input',
  'safetensors-truncated': 'input',
  'safetensors-header-invalid': 'input',
  'adapter-invalid': 'input',
  'tokenizer-missing': 'input',
  'tokenizer-invalid': 'input',
  'data-missing': 'input',
  'data-line-invalid': 'input',
  'data-empty': 'input',
  'data-column-missing': 'input',
  'data-format-unsupported': 'input',
  'experiment-missing': 'input',
  'experiment-syntax': 'input',
  'experiment-invalid': 'input',
  'config-unknown': 'input',
  'option-invalid': 'input',
  'budget-too-small': 'input',
  'method-unavailable': 'input',
  'judge-unpaired': 'input',
  // In journals of versions that did not have all estimators.
  'estimator-unavailable': 'input',
  'scores-invalid': 'input',
  'plan-missing': 'input',
  'models-differ': 'input',
  'run-not-found': 'input',
  'run-not-resumable': 'input',
  'run-not-reproducible': 'input',
  'run-in-progress': 'input',
  'not-writable': 'input',
  'plan-outdated': 'input',
  'journal-invalid': 'input',
  'not-a-repository': 'input',
  'nothing-to-commit': 'input',
  'git-failed': 'engine',
  'executor-unavailable': 'input',
  'executor-failed': 'engine',
  'piece-lost': 'engine',
  'device-unavailable': 'input',
  'device-lost': 'engine',
  'device-failed': 'engine',
  'runtime-unavailable': 'input',
  'runtime-install-failed': 'engine',
  'out-of-memory': 'engine',
  'disk-full': 'engine',
  'weights-not-finite': 'input',
  'loss-not-finite': 'engine',
  'training-diverged': 'engine',
  'engine-crashed': 'engine',
  'engine-killed': 'engine',
  'engine-silent': 'engine',
  'engine-protocol': 'engine',
  'engine-node-missing': 'engine',
  'restricted-mode': 'input',
  internal: 'engine',
  cancelled: 'cancelled',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** Why a signal is aborted by whoever leaves and wants to find what it began: jobs of a cluster go on. */
export const leaving = new DOMException('The terminal was closed.', 'AbortError');

/** How a `LabError` travels between processes and into journals. */
export interface ErrorPayload {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

export class LabError extends Error {
  readonly code: ErrorCode;
  /** The next step, one imperative sentence. */
  readonly next: string;

  /**
   * @param message what is wrong and where, one sentence
   * @param next what the user can do about it, one sentence
   */
  constructor(code: ErrorCode, message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
    this.code = code;
    this.next = next;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }

  toPayload(): ErrorPayload {
    return { code: this.code, message: this.message, next: this.next };
  }

  static fromPayload(payload: ErrorPayload): LabError {
    return new LabError(payload.code, payload.message, payload.next);
  }
}

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorKinds, value);

/** Any thrown value as a `LabError`: one of ours as it is, anything else as `internal` with its own words kept. */
export function toLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  // The extension's two bundles have a class each.
  if (thrown instanceof Error && thrown.name === 'LabError') return LabError.fromPayload(thrown as LabError);
  const code = (thrown as { code?: unknown } | undefined)?.code;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'ENOSPC') {
    return new LabError(
      'disk-full',
      `The disk is full: ${message}.`,
      'Free some space, then resume the run or start it again.',
      {
        cause: thrown,
      },
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new LabError(
      'not-writable',
      `Permission denied: ${message}.`,
      'Change the permissions, or work elsewhere.',
      {
        cause: thrown,
      },
    );
  }
  // libtensorflow's words for a card without room.
  if (/OOM when allocating|RESOURCE_EXHAUSTED/i.test(message)) {
    return new LabError(
      'out-of-memory',
      `The memory of the card is full: ${message.split('\n')[0]}`,
      'Lower max_length or batch_size, or choose another device.',
      { cause: thrown },
    );
  }
  return new LabError('internal', `Unexpected error: ${message}`, 'Please report it with the log.', {
    cause: thrown,
  });
}

/** Thrown where a cancellation token fired. */
export const cancelled = (): LabError =>
  new LabError('cancelled', 'The job was cancelled.', 'Go on with its run, or start it anew, when you like.');
