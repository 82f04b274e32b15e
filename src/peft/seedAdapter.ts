import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import { kaimingUniformValues } from '../shared/random';
import type { Plan } from '../shared/words';
import { saveLora, type SaveOptions } from './write';

export interface SeedOptions extends SaveOptions {
  readonly seed: number;
  readonly rankStabilized?: boolean | undefined;
}

/**
 * Writes an adapter that has not been trained: what a trainer without a key for ranks by module begins with. A is drawn as
 * PEFT does it, B is zero, so that the model computes what it computed without it.
 *
 * @param folder absolute; whole or not at all, and an adapter that is there is replaced
 * @param plan by the paths of the model's files; experts become one adapter each
 * @throws LabError `method-unavailable` where the plan shares tensors, `plan-outdated` where the model lacks a module, or what
 *   `saveLora` throws
 */
export async function writeSeedAdapter(
  folder: string,
  model: ModelFolder,
  plan: Plan,
  { seed, rankStabilized = false, ...options }: SeedOptions,
): Promise<void> {
  if (plan.shared.length > 0) {
    throw new LabError(
      'method-unavailable',
      'An adapter to begin with is LoRA, and the plan shares tensors between modules (Lily).',
      'Write the plan into a PEFT configuration of Lily (LilyConfig).',
    );
  }
  const modules = new Map(
    Object.entries(plan.modules).filter(([, { rank, experts }]) => rank > 0 && experts > 0),
  );
  const known = new Map(model.modules.map((module) => [module.path, module]));
  const arrays = new Map<string, NamedArray>();
  for (const [path, { rank }] of modules) {
    const module = known.get(path);
    if (!module) {
      throw new LabError(
        'plan-outdated',
        `The plan has a module ${path}, which the model in ${model.dir} does not have.`,
        'Name the model that the plan was made for, or allocate again.',
      );
    }
    const a = { name: `${path}.lora_A`, shape: [rank, module.inFeatures] };
    arrays.set(a.name, { ...a, values: kaimingUniformValues(a.name, a.shape, seed) });
    const b = { name: `${path}.lora_B`, shape: [module.outFeatures, rank] };
    arrays.set(b.name, { ...b, values: new Float32Array(module.outFeatures * rank) });
  }
  await saveLora(folder, model, { modules, arrays, rankStabilized }, options);
}
