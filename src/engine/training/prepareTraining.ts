import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../files/makeFolder';
import * as z from 'zod';
import type { AdaptedModule } from '../../adapters/adapted';
import type { Experiment } from '../../configs/experiment/experiment';
import { writeFileAtomic } from '../../files/atomic';
import { readModelWithHead } from '../../files/addedHead';
import { hashModelFolder } from '../../files/hash';
import type { ModelTensor } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { resumeFile } from '../../files/runs';
import { openModel } from '../../models/openModel';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import type { RunManifest } from '../../shared/runManifest';
import { planSchema } from '../../shared/planFile';
import type { Plan } from '../../shared/words';
import { optionalTokenizer } from '../prepare';
import { relativeTo } from '../runRecord';
import { modulesToAdapt } from './adapterOf';
import { requireSavable } from './saveTrained';
import { headTensors } from './trainedHead';
import { readTrainingData, type TrainingData } from './trainingData';

/** What a run that goes on must be given again, and what it takes from its beginning. */
const workSchema = z.object({
  version: z.literal(1),
  job: z.enum(['train', 'judge']),
  fingerprint: z.string(),
  seeds: z.array(z.number().int()).min(1),
  plan: planSchema.optional(),
});
export type TrainingWork = z.infer<typeof workSchema>;

export interface PreparedTraining {
  readonly model: Transformer;
  readonly modelHash: string;
  readonly data: TrainingData;
  readonly adapted: readonly AdaptedModule[];
  /** What of the model's head is trained as well. */
  readonly head: readonly ModelTensor[];
  readonly work: TrainingWork;
}

/**
 * Reads and checks all that a training needs, before anything is trained: headers, data, plan, and whether what will be
 * trained could be saved.
 * @param plan instead of the experiment's own
 * @param head absolute path of the one that was made for the model, where it has none of its own
 */
export async function prepareTraining(
  experiment: Experiment,
  version: string,
  seeds: readonly number[],
  plan = experiment.plan,
  head?: string,
): Promise<PreparedTraining> {
  const folder = await readModelWithHead(experiment.model, head);
  requireComputable(folder);
  const model = openModel(folder);
  try {
    const adapted = modulesToAdapt(experiment, plan, model.modules);
    requireSavable(experiment, folder, adapted);
    const trainedHead = headTensors(model, experiment.adapter.modulesToSave);
    const data = await readTrainingData(experiment, model, await optionalTokenizer(experiment.model));
    const modelHash = await hashModelFolder(folder);
    const fingerprint = fingerprintOf(experiment, plan, modelHash, data, version);
    const work: TrainingWork = {
      ...{ version: 1, job: 'train', fingerprint, seeds: [...new Set(seeds)] },
      ...(plan === undefined ? {} : { plan: asWritten(plan) }),
    };
    return { model, modelHash, data, adapted, head: trainedHead, work };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

/** Every file that was read for it, as a run's record names them. @param run absolute path of its folder */
export const inputsOf = (
  { data }: Pick<PreparedTraining, 'data'>,
  run: string,
): RunManifest['inputs']['tasks'] =>
  data.inputs.map(({ name, file, hash }) => ({ name, hash, file: relativeTo(run, file) }));

/**
 * Refuses a model that is another than the one that the run has scored: it was written in between.
 * @throws LabError model-changed
 */
export function requireScored(
  { noted }: { readonly noted: RunManifest },
  { model, modelHash }: Pick<PreparedTraining, 'model' | 'modelHash'>,
): void {
  if (noted.inputs.modelHash === modelHash) return;
  throw new LabError(
    'model-changed',
    `The model in ${model.folder.dir} was written after its layers were scored.`,
    'Put it back as it was and resume the run, or start anew when the model is complete.',
  );
}

/** What a reader of the results should know of what is trained and judged on; sentences. */
export function notesOf({ data, head }: Pick<PreparedTraining, 'data' | 'head'>): string[] {
  const whole = head.map(({ name }) => name).join(', ');
  return [
    ...data.notes,
    ...(head.length === 0 ? [] : [`Of the head, ${whole} are trained whole beside the adapters.`]),
  ];
}

export async function writeWork(run: string, work: TrainingWork): Promise<void> {
  await makeFolder(path.dirname(resumeFile(run)));
  await writeFileAtomic(resumeFile(run), `${JSON.stringify(work)}\n`);
}

/** What a run was begun with. @throws LabError run-not-resumable */
export async function readWork(run: string): Promise<TrainingWork> {
  try {
    return workSchema.parse(JSON.parse(await readFile(resumeFile(run), 'utf8')));
  } catch (cause) {
    throw new LabError(
      'run-not-resumable',
      `The run in ${run} has nothing to go on from.`,
      'Start a new run.',
      { cause },
    );
  }
}

/** @throws LabError run-not-resumable where a run was begun with something else */
export function requireSameWork(run: string, before: TrainingWork, now: TrainingWork): void {
  if (before.fingerprint === now.fingerprint) return;
  throw new LabError(
    'run-not-resumable',
    `The run in ${run} was begun with another experiment, model, data or version.`,
    'Start a new run, or restore what has changed.',
  );
}

/** Of all that decides a training's numbers but its seed. */
function fingerprintOf(
  experiment: Experiment,
  plan: Plan | undefined,
  modelHash: string,
  { samplesHash, mixture }: TrainingData,
  version: string,
): string {
  const { method, adapter, train, floe, loraSmoe, lily, dynamicLora, adalora } = experiment;
  const all = {
    ...{ modelHash, samplesHash, mixture, method, adapter, floe, loraSmoe, lily, dynamicLora, adalora },
    ...{ train: { ...train, seeds: undefined }, plan, version },
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
}

const asWritten = ({ modules, shared }: Plan): z.infer<typeof planSchema> => ({
  modules: { ...modules },
  shared: shared.map((one) => ({ ...one, members: [...one.members] })),
});
