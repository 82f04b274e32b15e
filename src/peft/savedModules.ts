import type { ModelFolder } from '../files/modelFolder';
import { readTensorFloat32 } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import { classifierNames, isSaved, type TaskType } from './names';

/** A module that was trained whole beside the adapters: a classifier. */
export interface SavedModule {
  readonly weight: NamedArray;
  readonly bias?: NamedArray | undefined;
}

export interface SavedModules {
  /** `modules_to_save`, or null where there is nothing. */
  readonly names: readonly string[] | null;
  /** By the base model's name: `classifier.weight`. */
  readonly tensors: ReadonlyMap<string, NamedArray>;
}

/**
 * What an adapter's file holds of modules that were trained whole. PEFT loads more than one was asked to train: with
 * SEQ_CLS every module whose path ends in `classifier` or `score`, each with all its tensors, and it stops at the first that
 * the file lacks. Those that are missing here are taken from the model.
 *
 * @param trained by path: `classifier`, or `classifier.dense` and `classifier.out_proj` for RoBERTa
 * @throws LabError `adapter-invalid` where SEQ_CLS has no classifier
 */
export async function savedModules(
  model: ModelFolder,
  task: TaskType,
  trained: ReadonlyMap<string, SavedModule>,
): Promise<SavedModules> {
  const names = [...new Set([...trained.keys()].map(wholeClassifier))];
  const asked = task === 'SEQ_CLS' ? [...names, ...classifierNames] : names;
  const tensors = new Map<string, NamedArray>();
  for (const [name, { weight, bias }] of trained) {
    tensors.set(`${name}.weight`, weight);
    if (bias) tensors.set(`${name}.bias`, bias);
  }
  for (const [name, entry] of model.tensors) {
    if (tensors.has(name) || !isSaved(name, asked)) continue;
    tensors.set(name, { shape: entry.shape, values: await readTensorFloat32(entry.file, entry) });
  }
  if (task === 'SEQ_CLS' && tensors.size === 0) {
    throw new LabError(
      'adapter-invalid',
      `The adapter cannot be saved for classification: neither it nor ${model.dir} has a classifier.`,
      'Train the classifier too, or save the adapter without a task type.',
    );
  }
  return { names: names.length > 0 ? names : null, tensors };
}

/** The classifier that a part belongs to: PEFT wraps it as a whole. */
function wholeClassifier(name: string): string {
  const segments = name.split('.');
  const at = segments.findIndex((segment) => classifierNames.some((known) => segment.endsWith(known)));
  return at < 0 ? name : segments.slice(0, at + 1).join('.');
}
