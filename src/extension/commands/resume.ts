import type * as vscode from 'vscode';
import { canResume, reasonAgainstResuming, resumableRun } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { workMain } from './runExperiment';
import { tellJudged } from './judge';
import type { Parts } from './parts';
import { tellScored, work } from './scoreLayers';
import { endPlanned } from './searchRanks';
import { tellTrained } from './train';

/**
 * Goes on with a search that is paused; else with the run that is asked for, that is shown, or the newest one, that was stopped in
 * the middle, from where it stopped, and then does what that run was for.
 *
 * @param asked the run's folder
 * @returns the run's folder; undefined where another run is in progress
 * @throws LabError run-not-resumable where no run was stopped so
 */
export async function resume(parts: Parts, uri: vscode.Uri, asked?: string): Promise<string | undefined> {
  const paused = await (await parts.searching()).goOn(parts, uri, asked);
  if (paused !== undefined) return paused;
  const run = await stoppedRun(parts, uri, asked);
  if (run === undefined) {
    throw new LabError(
      'run-not-resumable',
      asked === undefined
        ? 'No run of this experiment was stopped in the middle.'
        : ((await reasonAgainstResuming(asked)) ?? 'This run left nothing to go on from.'),
      'Start a new run.',
    );
  }
  const { state } = await parts.runs.run(run);
  switch (state.job) {
    case 'run':
      return workMain(parts, uri, run);
    case 'train':
      return tellTrained(parts, uri, await work(parts, uri, 'train', run));
    case 'judge':
      return tellJudged(parts, uri, await work(parts, uri, 'judge', run));
    case 'search':
      return endPlanned(parts, uri, await work(parts, uri, 'search', run));
    default:
      return tellScored(parts, uri, await work(parts, uri, 'score', run));
  }
}

async function stoppedRun(
  { panels }: Parts,
  { fsPath }: vscode.Uri,
  asked: string | undefined,
): Promise<string | undefined> {
  const run = asked ?? panels.runOf(fsPath);
  if (run !== undefined && (await canResume(run))) return run;
  return asked === undefined ? resumableRun(fsPath) : undefined;
}
