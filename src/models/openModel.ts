import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import { specs } from './families';
import { Transformer } from './transformer';

/** @throws LabError model-architecture-unknown, model-config-invalid, model-head-missing */
export function openModel(folder: ModelFolder): Transformer {
  const specOf = Object.hasOwn(specs, folder.modelType) ? specs[folder.modelType] : undefined;
  if (specOf !== undefined) return new Transformer(folder, specOf(folder));
  throw new LabError(
    'model-architecture-unknown',
    `${folder.dir} is a '${folder.modelType}' model, which the engine does not compute.`,
    `Use a model of type ${Object.keys(specs).join(', ')}.`,
  );
}
