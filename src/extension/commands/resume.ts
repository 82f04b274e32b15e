import type * as vscode from 'vscode';
import { resumableRun } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { planScored } from './runExperiment';
import type { Parts } from './parts';
import { score, tellScored } from './scoreLayers';

/**
 * Goes on with the newest run of an experiment that was stopped while it scored, from the block where it stopped, and then
 * does what that run was for.
 *
 * @returns the run's folder; undefined where another run is in progress
 * @throws LabError run-not-resumable where no run was stopped so
 */
export async function resume(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  const run = await resumableRun(uri.fsPath);
  if (run === undefined) {
    throw new LabError(
      'run-not-resumable',
      'No run of this experiment was stopped while it scored.',
      'Start a new run.',
    );
  }
  const { state } = await parts.runs.run(run);
  return state.job === 'run'
    ? planScored(parts, uri, await score(parts, uri, 'run', run))
    : tellScored(parts, uri, await score(parts, uri, 'score', run));
}
