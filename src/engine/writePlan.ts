import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, planEdits } from '../configs/experiment/editPlan';
import type { Experiment } from '../configs/experiment/experiment';
import { writeFileAtomic } from '../files/atomic';
import { fileError } from '../files/fileError';
import { runFiles } from '../files/runs';
import type { PlanFile } from '../shared/planFile';
import type { RunWriter } from './runWriter';

/**
 * Puts a plan into its run and, in the smallest edits, into the experiment.
 * @param keepFile leaves the experiment as it is
 */
export async function writePlan(
  experiment: Experiment,
  writer: RunWriter,
  planFile: PlanFile,
  keepFile = false,
): Promise<void> {
  await writer.record({ type: 'plan', plan: planFile });
  await writer.write(runFiles.plan, `${JSON.stringify(planFile, null, 1)}\n`);
  if (keepFile) return;
  // Read again: the user may have edited the file while the layers were scored.
  const text = await readFile(experiment.file, 'utf8').catch((thrown: unknown) => {
    const next = `Put the file back, or take the plan from ${path.join(writer.folder, runFiles.plan)}.`;
    throw fileError(thrown, 'experiment-missing', 'The experiment', experiment.file, next);
  });
  await writeFileAtomic(experiment.file, applyEdits(text, planEdits(text, planFile.plan)));
  await writer.record({ type: 'wrote', path: path.basename(experiment.file) });
}
