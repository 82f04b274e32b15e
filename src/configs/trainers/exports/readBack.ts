import { readBaseModel } from '../../../files/baseModel';
import type { PythonParser } from '../python/pythonParser';
import { readTrainerConfigs } from '../read';
import { resolve } from '../resolve';
import type { Syntax } from '../tree';
import type { Exported, Planned } from './export';

/** In which language the formats are that trainers' files are read of. */
const syntaxes: Readonly<Record<string, Syntax>> = { peft: 'json', axolotl: 'yaml', python: 'python' };

/**
 * Reads what was written as the trainer would, against all matrices of the model: those of the plan must get their rank, and
 * no other any.
 *
 * @throws Error where they do not, which no plan should come to
 */
export async function requireSame(
  format: string,
  planned: Planned,
  { text }: Exported,
  python: PythonParser | undefined,
): Promise<void> {
  const syntax = syntaxes[format];
  if (syntax === undefined || (syntax === 'python' && python === undefined)) return;
  const [config] = readTrainerConfigs(text, syntax, { python }).configs;
  const base = await readBaseModel(planned.model.dir);
  const inClass = new Map([...planned.named.paths].map(([module, path]) => [module.path, path]));
  const matrices = base.matrices.map((one) => ({ ...one, path: inClass.get(one.path) ?? one.path }));
  const resolved = config ? resolve(config, { ...base, matrices }).modules : [];
  const rows = (all: readonly { readonly path: string; readonly rank: number }[]): string =>
    all
      .map(({ path, rank }) => `${path} ${rank}`)
      .sort()
      .join('\n');
  if (rows(resolved) === rows(planned.modules)) return;
  throw new Error(`what was written for ${format} does not give the plan when it is read again`);
}
