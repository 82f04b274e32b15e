import type { ModelFolder } from '../files/modelFolder';
import type { Module } from '../shared/words';

/** What PEFT puts in front of a path of the base model. */
export const prefix = 'base_model.model.';

/** What kind of model PEFT wraps; `null` where it is a bare one. */
export type TaskType = 'CAUSAL_LM' | 'SEQ_CLS' | null;

/** The modules of a model under the names that they have in the class which an adapter is for. */
export interface NamedModules {
  /** The class's path of each module, in the model's order. */
  readonly paths: ReadonlyMap<Module, string>;
  readonly byPath: ReadonlyMap<string, Module>;
}

export function namedModules({ modules, root }: ModelFolder, classRoot: string): NamedModules {
  const named = modules.map((module) => [module, classRoot + module.path.slice(root.length)] as const);
  return { paths: new Map(named), byPath: new Map(named.map(([module, path]) => [path, module])) };
}

/**
 * What stands before the layers in the class that PEFT will load the model as. Files of a bare model have no root (the
 * published GPT-2 has none), but the class with a head does.
 */
export function classRootOf({ root, family, architecture }: ModelFolder, task: TaskType): string {
  const isBare = task === null && /Model$/.test(architecture) && !/Head/.test(architecture);
  return root !== '' || isBare ? root : (family.roots[0] ?? '');
}

/**
 * Whether a tensor belongs to a module of `modules_to_save`. PEFT takes every module whose path ends in such a name,
 * without asking for a dot before it: `classifier` takes `pre_classifier` too (`_set_trainable`).
 *
 * @param tensor `classifier.dense.weight`
 */
export function isSaved(tensor: string, names: readonly string[]): boolean {
  const segments = tensor.split('.').slice(0, -1);
  return segments.some((_, at) => {
    const path = segments.slice(0, at + 1).join('.');
    return names.some((name) => path.endsWith(name));
  });
}

/** What PEFT saves and loads with every classifier, whether the configuration names it or not. */
export const classifierNames = ['classifier', 'score'];

/** Names of the modules that an adapter's file holds whole. */
export const savedNames = (config: {
  readonly modules_to_save: readonly string[] | null;
  readonly task_type: string | null;
}): string[] => [
  ...(config.modules_to_save ?? []),
  ...(config.task_type === 'SEQ_CLS' ? classifierNames : []),
];

/** What the class of the checkpoint is trained for. */
export function taskOf({ architecture }: ModelFolder): TaskType {
  if (/CausalLM|LMHead|DoubleHeads/.test(architecture)) return 'CAUSAL_LM';
  return /SequenceClassification/.test(architecture) ? 'SEQ_CLS' : null;
}
