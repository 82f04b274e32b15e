import type { ModelFolder } from '../../../files/modelFolder';
import type { Plan } from '../../../shared/words';
import type { PythonParser } from '../python/pythonParser';
import { exportAxolotl } from './axolotl';
import { plannedOn, type Export, type Exported, type ExportOptions } from './export';
import { exportLily } from './lily';
import { exportLudwig } from './ludwig';
import { exportModulesJson } from './modulesJson';
import { exportMola } from './mola';
import { exportPeft } from './peft';
import { exportPython } from './python';
import { requireSame } from './readBack';

/** The formats of one file, or two; a page each lies beside this one. */
const exports = {
  peft: exportPeft,
  axolotl: exportAxolotl,
  ludwig: exportLudwig,
  mola: exportMola,
  'modules-json': exportModulesJson,
  lily: exportLily,
  python: exportPython,
} as const satisfies Record<string, Export>;
export type ExportFormat = keyof typeof exports;
export const exportFormats = Object.keys(exports) as ExportFormat[];

/**
 * A plan as a file for a trainer. What is for a trainer whose files are read here is read again as that trainer would, and
 * must give the plan.
 *
 * @param python what reads Python, for that format
 * @throws LabError `plan-outdated`, `plan-missing` as `plannedOn`; `option-invalid` where the format is for other plans;
 *   `adapter-invalid` where names cannot be written in one way only
 */
export async function exportPlan(
  format: ExportFormat,
  plan: Plan,
  model: ModelFolder,
  options: ExportOptions,
  python?: PythonParser,
): Promise<Exported> {
  const planned = plannedOn(plan, model, options.baseModel);
  const exported = exports[format](planned, options);
  await requireSame(format, planned, exported, python);
  return exported;
}
