import type { ModelFolder } from '../../../files/modelFolder';
import type { ConfigBase, RankAndAlpha } from '../../../peft/config';
import { classRootOf, namedModules, type NamedModules, taskOf } from '../../../peft/names';
import { LabError } from '../../../shared/errors';
import type { Module, Plan } from '../../../shared/words';
import { adaptedRows } from '../writeBack/wantedModules';

/** A module that has an adapter, with the name that trainers know it by. */
export interface ExportedModule extends RankAndAlpha {
  readonly module: Module;
  /** In the class that is trained: `model.layers.0.self_attn.q_proj`. */
  readonly path: string;
  /** 1 or more. */
  readonly experts: number;
}

/** A plan on its model, ready to be written in any format. */
export interface Planned {
  readonly plan: Plan;
  readonly model: ModelFolder;
  /** In the model's order; at least one. */
  readonly modules: readonly ExportedModule[];
  readonly named: NamedModules;
  /** What PEFT's configurations of all kinds say. */
  readonly base: Omit<ConfigBase, 'targeted'>;
}

export interface ExportOptions {
  /** The model as the written file should name it: on the hub, or a folder relative to the file. */
  readonly baseModel: string;
  /** MoLA: how many experts a token goes to. */
  readonly topK: number;
}

/** What a format made of a plan. */
export interface Exported {
  /** The text of the file; a format that has a second one gives it with the ending of its name. */
  readonly text: string;
  readonly second?: { readonly ending: string; readonly text: string } | undefined;
  /** What the format cannot express of the plan, a sentence each with numbers; empty where it is all there. */
  readonly losses: readonly string[];
}

export type Export = (planned: Planned, options: ExportOptions) => Exported;

/**
 * Puts a plan on its model.
 *
 * @throws LabError `plan-outdated` where the model lacks a module of the plan, `plan-missing` where no module has an adapter
 */
export function plannedOn(plan: Plan, model: ModelFolder, baseModel: string): Planned {
  const taskType = taskOf(model);
  const named = namedModules(model, classRootOf(model, taskType));
  const ofModel = new Set(model.modules.map(({ path }) => path));
  const unknown = Object.keys(plan.modules).find((path) => !ofModel.has(path));
  if (unknown !== undefined) {
    throw new LabError(
      'plan-outdated',
      `The plan has the module ${unknown}, and the model in ${model.dir} does not.`,
      'Name the model that the plan was made for, or allocate again.',
    );
  }
  const rows = adaptedRows(plan);
  const modules = [...named.paths].flatMap(([module, path]) => {
    const row = rows.get(module.path);
    return row ? [{ module, path, rank: row.rank, alpha: row.alpha, experts: row.experts }] : [];
  });
  const base = {
    paths: [...named.paths.values()],
    taskType,
    baseModel,
    modulesToSave: null,
    fanInFanOut: model.family.shape === 'in-out',
  };
  return { plan, model, modules, named, base };
}
