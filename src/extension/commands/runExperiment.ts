import type * as vscode from 'vscode';
import { readModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { readRunRecords } from '../../files/runRecords';
import { requireAllocatable } from '../../planning/planRequest';
import type { RunState } from '../../shared/runState';
import { requireTrust } from '../trust';
import { allocateFrom } from './allocate';
import type { Parts } from './parts';
import { scoredText, tellEnd, work } from './scoreLayers';
import { endPlanned, noteWritten, writeFound } from './searchRanks';

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
  return workMain(parts, uri);
}

/**
 * Works on the main job, or goes on with it. Where it judges, its plan goes into the text before: the user may work on with it while
 * trainings take their hours, and what is made of it meanwhile stays.
 *
 * @param stopped the folder of a run that goes on
 */
export async function workMain(parts: Parts, uri: vscode.Uri, stopped?: string): Promise<string | undefined> {
  let begun: { readonly run: string; readonly writing: Promise<boolean> } | undefined;
  const watch = parts.jobs.onChange((job) => {
    if (begun !== undefined || job?.experiment !== uri.fsPath || !judgesNewPlan(job.state)) return;
    const { run } = job;
    // Where it cannot be, it is tried again at the end, which says why.
    const writing = writeFound(parts, uri, run).then(
      () => true,
      () => false,
    );
    begun = { run, writing };
  });
  let run: string | undefined;
  try {
    run = await work(parts, uri, 'run', stopped);
  } finally {
    watch.dispose();
    if (begun && (await begun.writing)) await noteWritten(parts, uri, begun.run);
  }
  return endRun(parts, uri, run);
}

const judgesNewPlan = ({ stage, plan, isPlanWritten }: RunState): boolean =>
  stage === 'judge' && plan !== undefined && !isPlanWritten;

/** What the whole of it ends with: the plan that the run found, or one from its scores. */
async function endRun(parts: Parts, uri: vscode.Uri, run: string | undefined): Promise<string | undefined> {
  if (run === undefined) return undefined;
  // What was searched or judged has ended so, whatever the text says by now.
  const { search, verdict } = (await parts.runs.run(run)).state;
  if (search !== undefined || verdict !== undefined) return endPlanned(parts, uri, run);
  // Read again: the file may have been edited while the layers were scored.
  const open = await parts.experiments.open(uri);
  const { summary } = await allocateFrom(parts, open, await readRunRecords(run));
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${scoredText(uri, state)}. ${summary}`, 'adapterLab.commitPlan');
  return run;
}
