import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import type { CausalModel } from './causalModel';
import { LlamaModel } from './llama/model';

/** Model types whose forward pass the engine computes; the hints in the editor know more families by name. */
const constructors: Readonly<Record<string, (folder: ModelFolder) => CausalModel>> = {
  llama: (folder) => new LlamaModel(folder),
};

/** @throws LabError model-architecture-unknown, model-config-invalid */
export function openModel(folder: ModelFolder): CausalModel {
  const construct = constructors[folder.modelType];
  if (construct !== undefined) return construct(folder);
  throw new LabError(
    'model-architecture-unknown',
    `${folder.dir} is a '${folder.modelType}' model, which the engine does not compute yet.`,
    `Use a model of type ${Object.keys(constructors).join(', ')}.`,
  );
}
