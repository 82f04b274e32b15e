import path from 'node:path';
import { pathToFileURL } from 'node:url';

const world = (name: string): string => pathToFileURL(path.join(__dirname, 'worlds', name)).href;

/** The environment of a process that loads a file of `worlds/` before it begins, and so do its children. */
export const inWorld = (name: string, env: Readonly<Record<string, string>>): Record<string, string> => ({
  NODE_OPTIONS: `--import=${world(name)}`,
  ...env,
});

/** Where in a change of the disk the process ends: `half` is in the middle of a write or of a removal. */
export const moments = ['before', 'half', 'after'] as const;
export type Moment = (typeof moments)[number];

/** Changes of the disk: lines of journals, pieces that are written into a file, and what is done to whole files. */
export interface Changes {
  readonly pieces: number;
  readonly lines: number;
  readonly files: number;
}

/**
 * The environment of a process that counts its changes of the disk, and that is killed at one of them.
 * @param countInto file that the count is written into when the process ends by itself
 * @param at number of the call, from 1
 */
export const callsOf = ({
  countInto = '',
  at = 0,
  among = 'files',
  moment = 'after',
}: {
  readonly countInto?: string;
  readonly at?: number;
  readonly among?: keyof Changes;
  readonly moment?: Moment;
}): Record<string, string> =>
  inWorld('killedAtCall.mjs', {
    FAULT_COUNT_INTO: countInto,
    FAULT_CALL: String(at),
    FAULT_AMONG: among,
    FAULT_MOMENT: moment,
  });
