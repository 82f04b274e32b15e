import type * as vscode from 'vscode';
import { readModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { readRunRecords } from '../../files/runRecords';
import { requireTrust } from '../trust';
import { allocateFrom } from './allocate';
import type { Parts } from './parts';
import { scoredText, tellEnd, work } from './scoreLayers';

/**
 * The whole of it: scores the layers, then allocates from these scores and writes the plan. What can be known of the
 * allocation beforehand is checked beforehand.
 *
 * @returns the run's folder; undefined where another run is in progress
 */
export async function runExperiment(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  requireTrust();
  const { experiment } = await parts.experiments.open(uri);
  const model = await readModelFolder(experiment.model);
  requireComputable(model);
  const { requireAllocatable } = await parts.onDemand();
  requireAllocatable(experiment, model.modules);
  return planScored(parts, uri, await work(parts, uri, 'run'));
}

/** What the whole of it ends with: a plan from the run's scores. */
export async function planScored(
  parts: Parts,
  uri: vscode.Uri,
  run: string | undefined,
): Promise<string | undefined> {
  if (run === undefined) return undefined;
  // Read again: the file may have been edited while the layers were scored.
  const open = await parts.experiments.open(uri);
  const { summary } = await allocateFrom(parts, open, await readRunRecords(run));
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${scoredText(uri, state)}. ${summary}`);
  return run;
}
