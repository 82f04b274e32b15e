import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import { specs } from './families';
import type { ModelSpec } from './spec';
import { Transformer } from './transformer';

/** @throws LabError model-architecture-unknown, model-config-invalid, model-head-missing */
export const openModel = (folder: ModelFolder): Transformer => new Transformer(folder, describe(folder));

/**
 * What a model is, by its config.json and its tensors' names.
 * @throws LabError model-architecture-unknown, model-config-invalid, model-head-missing
 */
export function describe(folder: ModelFolder): ModelSpec {
  const specOf = Object.hasOwn(specs, folder.modelType) ? specs[folder.modelType] : undefined;
  if (specOf !== undefined) return specOf(folder);
  throw new LabError(
    'model-architecture-unknown',
    `${folder.dir} is a '${folder.modelType}' model, which the engine does not compute.`,
    `Use a model of type ${Object.keys(specs).join(', ')}.`,
  );
}
