import type { ModelFolder } from '../../../files/modelFolder';
import { writeSeedAdapter } from '../../../peft/seedAdapter';
import type { Plan } from '../../../shared/words';
import { plannedOn } from './export';
import { expertLosses } from './losses';

/**
 * A plan as an adapter folder in PEFT's layout, to begin with: A drawn, B zero. It carries ranks by module through trainers
 * that have no key for them.
 *
 * @param folder absolute; an adapter that is there is replaced
 * @param options the model's name on the hub, or its folder relative to the adapter's
 * @returns what it cannot express of the plan, a sentence each
 * @throws LabError as `plannedOn` and `writeSeedAdapter`
 */
export async function exportSeedAdapter(
  folder: string,
  plan: Plan,
  model: ModelFolder,
  { baseModel, seed }: { readonly baseModel: string; readonly seed: number },
): Promise<readonly string[]> {
  const planned = plannedOn(plan, model, baseModel);
  await writeSeedAdapter(folder, model, plan, { seed, baseModel, taskType: planned.base.taskType });
  return expertLosses(planned, 'PEFT');
}
