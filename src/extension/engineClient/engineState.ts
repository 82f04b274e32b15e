import type { LabError } from '../../shared/errors';

/** A running engine, as its hello says. */
export interface EngineInfo {
  readonly pid: number;
  readonly version: string;
  readonly node: string;
}

/**
 * - `stopped`: none was needed yet, or it was ended on purpose
 * - `silent`: it runs, has work, and gives no sign of life
 * - `failed`: it ended by itself or did not start; the next request starts another
 */
export type EngineState =
  | { readonly name: 'stopped' | 'starting' }
  | ({ readonly name: 'ready' | 'silent' } & EngineInfo)
  | { readonly name: 'failed'; readonly error: LabError };
