import type * as vscode from 'vscode';
import { resumableRun } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { planScored } from './runExperiment';
import type { Parts } from './parts';
import { tellScored, work } from './scoreLayers';
import { tellTrained } from './train';

/**
 * Goes on with the newest run of an experiment that was stopped in the middle, from where it stopped, and then
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
      'No run of this experiment was stopped in the middle.',
      'Start a new run.',
    );
  }
  const { state } = await parts.runs.run(run);
  switch (state.job) {
    case 'run':
      return planScored(parts, uri, await work(parts, uri, 'run', run));
    case 'train':
      return tellTrained(parts, uri, await work(parts, uri, 'train', run));
    case 'search':
      throw new LabError(
        'run-not-resumable',
        'The newest run that was stopped is a search, which the editor does not go on with.',
        `In a terminal: adapter-lab search "${uri.fsPath}" --resume "${run}"`,
      );
    default:
      return tellScored(parts, uri, await work(parts, uri, 'score', run));
  }
}
