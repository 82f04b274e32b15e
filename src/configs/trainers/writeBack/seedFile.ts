import path from 'node:path';
import { readModelFolder } from '../../../files/modelFolder';
import { taskOf } from '../../../peft/names';
import { writeSeedAdapter } from '../../../peft/seedAdapter';
import type { Plan } from '../../../shared/words';

/** `llama.yaml` -> `llama.seed-adapter`: the folder beside a trainer's file that its adapter to begin with lies in. */
export const seedNameFor = (file: string): string =>
  `${path.basename(file, path.extname(file))}.seed-adapter`;

/**
 * Writes the adapter to begin with that a trainer's file names. Before the file itself, so that it never names one that is not
 * there.
 *
 * @param file absolute path of the trainer's file
 * @param name of the folder beside it
 * @param model absolute path of the model folder
 * @throws LabError as `readModelFolder` and `writeSeedAdapter`
 */
export async function writeSeedFor(
  file: string,
  name: string,
  model: string,
  plan: Plan,
  rankStabilized: boolean,
): Promise<void> {
  const folder = path.resolve(path.dirname(file), name);
  const baseModel = path.relative(folder, model).split(path.sep).join('/');
  const read = await readModelFolder(model);
  await writeSeedAdapter(folder, read, plan, { seed: 1, taskType: taskOf(read), baseModel, rankStabilized });
}
