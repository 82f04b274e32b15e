import type { Parts } from '../commands/parts';
import type { NodeRuntime } from '../engineClient/findNode';
import type { RuntimeId } from '../../shared/runtimes';

/** What the extension as a whole knows about runtimes. */
export interface RuntimesOfWindow {
  /** The extension's own folder. */
  readonly extension: string;
  /** The folder of installed runtimes, in the extension's global storage. */
  readonly folder: string;
  readonly findNode: () => Promise<NodeRuntime>;
  /** Ends the engine, now or when the run that is going on ends, so that the next one sees other runtimes. */
  readonly renewEngine: () => Promise<void>;
}

/** The part of everything that the command works with. */
export type RuntimeParts = Pick<Parts, 'dialogs' | 'presenter' | 'jobs' | 'runtimes'>;

/** What the command did; what `executeCommand` gives. */
export interface RuntimeChange {
  readonly runtime: RuntimeId;
  readonly done: 'installed' | 'removed';
  /** The folder that was made or removed. */
  readonly folder: string;
}
