import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../../files/atomic';
import { readBaseModel } from '../../../files/baseModel';
import { fileError } from '../../../files/fileError';
import { LabError } from '../../../shared/errors';
import type { Experiment } from '../../experiment/experiment';
import { applyEdits } from '../../text/textEdit';
import { syntaxOf } from '../read';
import { readerOf } from '../readerOf';
import { writeBackOf } from './applyPlan';
import { seedNameFor, writeSeedFor } from './seedFile';
import type { WriteBack } from './writeBack';

/** An experiment's plan, ready to be written into its `target_config`. */
export interface TargetFile extends WriteBack {
  /** Absolute path. */
  readonly file: string;
  /** As it is. */
  readonly text: string;
  /** Whether it asks for rsLoRA, which an adapter to begin with has to say itself. */
  readonly rankStabilized: boolean;
}

/**
 * Reads an experiment's `target_config` and says what its plan changes there. Nothing is written.
 *
 * @throws LabError `plan-missing`, `experiment-invalid` where the file is of no trainer that is known, what `readBaseModel`
 *   and `writeBackOf` throw
 */
export async function targetFile(experiment: Experiment): Promise<TargetFile> {
  const { targetConfig: file, plan, model } = experiment;
  if (file === undefined) {
    throw new LabError(
      'experiment-invalid',
      `${path.basename(experiment.file)} has no target_config that its plan could be written to.`,
      "Add target_config: with the path of the trainer's file.",
    );
  }
  if (plan === undefined) {
    throw new LabError(
      'plan-missing',
      `${path.basename(experiment.file)} has no plan.`,
      'Run Allocate first, or on the command line adapter-lab run.',
    );
  }
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    const next = 'Correct target_config in the experiment.';
    throw fileError(thrown, 'experiment-missing', "The trainer's file", file, next);
  });
  const syntax = syntaxOf(file);
  const read = syntax && (await readerOf(syntax));
  const { configs } = read?.(text) ?? { configs: [] };
  const [config, second] = configs;
  if (!config || !read || second) {
    throw new LabError(
      'experiment-invalid',
      second
        ? `${file} has ${configs.length} adapters, and the plan is for one.`
        : `${file} is no trainer's file that is known.`,
      'Name a file with one adapter of PEFT, axolotl, LLaMA-Factory, torchtune, unsloth, Ludwig or TRL, or a Python source with one such call.',
    );
  }
  const base = await readBaseModel(model);
  const seedFolder = seedNameFor(file);
  const { rankStabilized } = config.settings;
  return { file, text, rankStabilized, ...writeBackOf(text, config, plan, base, { read, seedFolder }) };
}

/** Writes it: the adapter to begin with first, where there is one, so that the file never names one that is not there. */
export async function writeTarget({ model, plan }: Experiment, target: TargetFile): Promise<void> {
  const { file, text, edits, seedAdapter, rankStabilized } = target;
  if (seedAdapter && plan) await writeSeedFor(file, seedAdapter.folder, model, plan, rankStabilized);
  if (edits.length > 0) await writeFileAtomic(file, applyEdits(text, edits));
}
