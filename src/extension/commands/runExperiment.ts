import type * as vscode from 'vscode';
import { readRunRecords } from '../../files/runRecords';
import { allocateFrom } from './allocate';
import type { Parts } from './parts';
import { score, scoredText, tellEnd } from './scoreLayers';

/**
 * The whole of it: scores the layers, then allocates from these scores and writes the plan.
 *
 * @returns the run's folder; undefined where another run is in progress
 */
export async function runExperiment(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  const run = await score(parts, uri);
  if (run === undefined) return undefined;
  // Read again: the file may have been edited while the layers were scored.
  const open = await parts.experiments.open(uri);
  const { summary } = await allocateFrom(parts, open, await readRunRecords(run));
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${scoredText(uri, state)}. ${summary}`);
  return run;
}
