import type { ExecutorName } from '../shared/executorWords';

/** Pieces that are handed over together: task n of the array is piece n. */
export interface PieceArray {
  /** Unique on the cluster, so that it is found again by whoever lost its id. */
  readonly name: string;
  /** Absolute path of an empty folder for logs. */
  readonly logs: string;
  /** Program and arguments; the number of the task comes behind them. */
  readonly command: readonly string[];
  readonly count: number;
}

/** Where a job is. `gone`: it has ended, whatever came of it; the piece's own folder says what. */
export type JobState =
  | { readonly state: 'waiting'; readonly why?: string | undefined }
  | { readonly state: 'running'; readonly where?: string | undefined }
  | { readonly state: 'gone'; readonly why: string };

/**
 * Runs pieces somewhere. What a piece comes to stands in its folder, which every machine sees: an executor only starts jobs, says
 * where they are, and ends them. Ids are its own, kept in files, and mean the same to whoever asks later.
 */
export interface Executor {
  readonly name: ExecutorName;
  /** Milliseconds between two looks at jobs: a controller of many is not to be asked in a loop. */
  readonly lookEvery: number;
  /** @returns an id for each piece @throws LabError executor-failed, executor-unavailable */
  submit(array: PieceArray): Promise<readonly string[]>;
  /** Ids of an array that was handed over by a process that died before it noted them; undefined where there is none. */
  find(array: Pick<PieceArray, 'name' | 'count'>): Promise<readonly string[] | undefined>;
  /** The state of each id. @throws LabError executor-failed, executor-unavailable */
  look(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>>;
  /** Ends jobs; those that have ended are left alone. */
  cancel(ids: readonly string[]): Promise<void>;
  /** Ends what depends on this process. */
  close(): Promise<void>;
}
