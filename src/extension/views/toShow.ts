import type { WorkspaceRuns } from './workspaceRuns';

/** What the live view shows. Absolute paths. */
export interface LiveRun {
  readonly experiment: string;
  /** Undefined where the experiment, the first there is, has no run yet. */
  readonly run: string | undefined;
  /** Another program works on it. */
  readonly elsewhere: boolean;
}

/**
 * The run in progress: this window's, else the newest that goes on in the workspace, whoever started it. Where none does, the
 * newest run; where there is none, the first experiment; undefined where there is no experiment either.
 */
export async function toShow(
  runs: Pick<WorkspaceRuns, 'all' | 'going' | 'experiments'>,
): Promise<LiveRun | undefined> {
  const all = await runs.all();
  const found = runs.going()[0] ?? all[0];
  if (found) {
    const { experiment, folder, status, elsewhere } = found;
    return { experiment, run: folder, elsewhere: status === 'running' && elsewhere };
  }
  const [experiment] = await runs.experiments();
  return experiment === undefined ? undefined : { experiment, run: undefined, elsewhere: false };
}

/** Whether a page that shows one of them shows the other. */
export const sameShown = (a: LiveRun | undefined, b: LiveRun | undefined): boolean =>
  a?.experiment === b?.experiment && a?.run === b?.run && a?.elsewhere === b?.elsewhere;
