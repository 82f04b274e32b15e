import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, planEdits } from '../configs/experiment/editPlan';
import type { Experiment } from '../configs/experiment/experiment';
import { writeFileAtomic } from '../files/atomic';
import { fileError } from '../files/fileError';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { requireWritable } from '../files/writable';
import { runFiles } from '../files/runs';
import { allocate } from '../planning/allocate';
import { planRequest, requireAllocatable } from '../planning/planRequest';
import type { RunScores } from '../shared/scoreFile';
import type { RunWriter } from './runWriter';
import { scoreExperiment, type RunOptions } from './scoreExperiment';

/**
 * The main job: score the layers, allocate under the budget, write the plan into the experiment, report.
 * Search and verdict join here when they are built.
 */
export async function runExperiment(
  experiment: Experiment,
  options: Omit<RunOptions, 'job'>,
  signal: AbortSignal,
): Promise<RunWriter> {
  const folder = await readModelFolder(experiment.model);
  // First: a quantized folder's modules may be incomplete, and what is said of them would mislead.
  requireComputable(folder);
  requireAllocatable(experiment, folder.modules);
  await requireWritable(experiment.file);
  return scoreExperiment(experiment, { ...options, job: 'run' }, signal, (writer, scores) =>
    writePlan(experiment, writer, scores),
  );
}

async function writePlan(experiment: Experiment, writer: RunWriter, { scores }: RunScores): Promise<void> {
  await writer.record({ type: 'stage', stage: 'allocate' });
  const planFile = allocate(planRequest(experiment, scores));
  await writer.record({ type: 'plan', plan: planFile });
  await writer.write(runFiles.plan, `${JSON.stringify(planFile, null, 1)}\n`);
  // Read again: the user may have edited the file while the layers were scored.
  const text = await readFile(experiment.file, 'utf8').catch((thrown: unknown) => {
    const next = `Put the file back, or take the plan from ${path.join(writer.folder, runFiles.plan)}.`;
    throw fileError(thrown, 'experiment-missing', 'The experiment', experiment.file, next);
  });
  await writeFileAtomic(experiment.file, applyEdits(text, planEdits(text, planFile.plan)));
  await writer.record({ type: 'wrote', path: path.basename(experiment.file) });
}
