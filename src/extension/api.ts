import type { ErrorPayload } from '../shared/errors';
import type { Dialogs } from './dialogs';
import type { Maps } from './maps/parts';
import type { Views } from './views/parts';

/** What `activate` returns: for tests and for looking under the hood. No other extension should build on it. */
export interface AdapterLabApi {
  /** Version of Adapter Lab. */
  readonly version: string;
  /** Milliseconds from the bundle's first line to the end of `activate`. */
  readonly activationMs: number;
  /** Process id of the engine; undefined while none runs. */
  readonly enginePid: number | undefined;
  /** Only in a host that runs tests, where VS Code refuses dialogs. */
  readonly testing?: {
    /** Loads what is otherwise loaded when it is first needed. */
    ready(): Promise<void>;
    /** Answers instead of VS Code's dialogs. */
    answer(answers: Partial<Dialogs>): void;
    /** The last error that was shown. */
    lastError(): ErrorPayload | undefined;
    /** What edits plans on pages, for tests that play a page. */
    maps(): Promise<Maps>;
    /** What the side bar shows. */
    views(): Promise<Views>;
    /** What is said of runs that were left to a cluster when a window opens. */
    offerLeftJobs(): Promise<void>;
  };
}
