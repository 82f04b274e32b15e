import type { TextEdit } from '../../text/textEdit';

/** How a plan gets into a user's file. */
export interface WriteBack {
  /** Of the file, in its own offsets, sorted. */
  readonly edits: readonly TextEdit[];
  /** What the trainer cannot express, one sentence each, with numbers; empty where the plan is written whole. */
  readonly losses: readonly string[];
  /** Where the trainer has no key for ranks by module: an adapter folder to begin with, which `edits` point to. */
  readonly seedAdapter?:
    { /** Relative to the file, with forward slashes. */ readonly folder: string } | undefined;
}
