import type * as vscode from 'vscode';
import { readModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { readRunRecords } from '../../files/runRecords';
import { requireAllocatable } from '../../planning/planRequest';
import { requireTrust } from '../trust';
import { allocateFrom } from './allocate';
import type { Parts } from './parts';
import { scoredText, tellEnd, work } from './scoreLayers';
import { planSearched } from './searchRanks';

/**
 * The whole of it: scores the layers, then allocates from these scores, or searches where the experiment has a block `search:`,
 * judges where it has a block `judge:`, and writes the plan. What can be known of the allocation beforehand is checked beforehand; of a search, by the engine.
 *
 * @returns the run's folder; undefined where another run is in progress
 */
export async function runExperiment(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  requireTrust();
  const { experiment } = await parts.experiments.open(uri);
  const model = await readModelFolder(experiment.model);
  requireComputable(model);
  if (!experiment.searches) requireAllocatable(experiment, model.modules);
  return endRun(parts, uri, await work(parts, uri, 'run'));
}

/** What the whole of it ends with: the plan that the run found, or one from its scores. */
export async function endRun(
  parts: Parts,
  uri: vscode.Uri,
  run: string | undefined,
): Promise<string | undefined> {
  if (run === undefined) return undefined;
  // What was searched or judged has ended so, whatever the text says by now.
  const { search, verdict } = (await parts.runs.run(run)).state;
  if (search !== undefined || verdict !== undefined) return planSearched(parts, uri, run);
  // Read again: the file may have been edited while the layers were scored.
  const open = await parts.experiments.open(uri);
  const { summary } = await allocateFrom(parts, open, await readRunRecords(run));
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${scoredText(uri, state)}. ${summary}`, 'adapterLab.commitPlan');
  return run;
}
