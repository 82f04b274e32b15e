import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';

/** The shapes of a module's tensors, by part. */
interface ModuleShapes {
  readonly module: Module;
  readonly path: string;
  readonly parts: ReadonlyMap<string, { readonly shape: readonly number[] }>;
}

/**
 * @param expected by part
 * @throws LabError `adapter-invalid`, naming the first tensor that has another shape
 */
export function requireShapes(
  { module, path: name, parts }: ModuleShapes,
  expected: Readonly<Record<string, readonly number[]>>,
  file: string,
): void {
  for (const [part, shape] of Object.entries(expected)) {
    const is = parts.get(part)?.shape ?? [];
    if (is.join() === shape.join()) continue;
    const size = `${module.inFeatures} inputs and ${module.outFeatures} outputs`;
    throw new LabError(
      'adapter-invalid',
      `${name}.${part} in ${file} is [${is.join(', ')}], not [${shape.join(', ')}]; the module has ${size}.`,
      'Use an adapter that was made for this model, with the configuration that was saved with it.',
    );
  }
}
