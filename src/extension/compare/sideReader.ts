import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { readBaseModel } from '../../files/baseModel';
import { isFile } from '../../files/isFile';
import { moduleRoles } from '../../files/moduleRoles';
import { configName } from '../../peft/folder';
import { comparedFacts } from '../../planning/compare/runFacts';
import { controlSide, type Side } from '../../planning/compare/side';
import { LabError } from '../../shared/errors';
import type { Module, Plan } from '../../shared/words';
import { adapterPlan } from '../maps/editors/adapterPlan';
import { adapterConfigIn, baseModelIn } from '../maps/editors/adapterText';
import { expertsBeside } from '../maps/editors/mixture';
import { experimentNow } from '../maps/experimentNow';
import type { MapParts } from '../maps/parts';
import { BaseModels } from '../trainers/baseModels';
import { adaptersFolder } from '../views/runFacts';
import { titleOf, type SideKey } from './keys';
import { experimentOf, foundBy, plannedRun, planSide, runSide, type SideNames } from './runSide';

/** Reads what the sides of comparisons are of, anew each time. */
export class SideReader {
  private readonly models = new BaseModels();

  constructor(private readonly parts: Pick<MapParts, 'runs'>) {}

  /** @throws LabError with what is missing, or why it cannot be read */
  async read(key: SideKey): Promise<Side> {
    if (!key.isControl) return this.own(key, namesOf(key));
    const of = await this.own(key, namesOf({ ...key, isControl: false }));
    return controlSide(of, titleOf(key));
  }

  private own({ kind, path }: SideKey, names: SideNames): Promise<Side> {
    switch (kind) {
      case 'run':
        return this.run(path, names);
      case 'plan':
        return planSide(names, path, this.parts.runs, textNow);
      case 'experiment':
        return this.experiment(path, names);
      case 'adapter':
        return this.adapter(path, names);
    }
  }

  private async run(folder: string, names: SideNames): Promise<Side> {
    const found = await plannedRun(this.parts.runs, folder, textNow);
    const { state, planFile } = found;
    if (planFile === undefined) {
      // A training makes no plan; what it trained by is what its adapters say.
      const trained = await trainedIn(folder);
      if (trained === undefined) throw noPlan(names.title);
      const side = await this.adapter(trained, names);
      return { ...side, ...foundBy(state), scores: undefined };
    }
    const experiment = await experimentOf(folder);
    const now = experiment === undefined ? undefined : await experimentNow(vscode.Uri.file(experiment));
    return runSide(names, found, planFile, now?.experiment);
  }

  private async experiment(file: string, names: SideNames): Promise<Side> {
    const { experiment, problem = '', isGone } = await experimentNow(vscode.Uri.file(file));
    if (!experiment) {
      const code = isGone ? 'experiment-missing' : 'experiment-invalid';
      throw new LabError(code, problem, isGone ? 'Compare with another plan.' : 'Correct it in the editor.');
    }
    const { plan } = experiment;
    if (!plan || Object.keys(plan.modules).length === 0) throw noPlan(basename(file));
    const state = (await this.parts.runs.newestScored(file))?.state;
    const isOfRun = state !== undefined && isOn(state.modules, plan);
    return {
      ...{ ...names, plan, totals: undefined, design: experiment },
      modules: isOfRun ? state.modules : await modulesOf(experiment.model),
      scores: isOfRun ? foundBy(state).scores : undefined,
      facts: isOfRun ? comparedFacts({ ...state, plan: undefined, actual: undefined, trials: [] }) : [],
      measured: undefined,
    };
  }

  private async adapter(folder: string, names: SideNames): Promise<Side> {
    const file = join(folder, configName);
    const text = await textNow(file);
    if (text === undefined) {
      throw new LabError(
        'adapter-invalid',
        `${names.source} holds no ${configName} any more.`,
        'Compare with another adapter.',
      );
    }
    const { config, faults } = adapterConfigIn(text, `${configName} of ${basename(folder)}`);
    const found = await this.models.of({ uri: vscode.Uri.file(file) }, config);
    const base = baseModelIn(found, `adapter ${basename(folder)}`);
    const experts = await expertsBeside(file);
    const { plan, modules, design } = adapterPlan(config, { text, faults, base, budget: {}, experts });
    return {
      ...names,
      plan,
      modules,
      design,
      totals: undefined,
      scores: undefined,
      facts: [],
      measured: undefined,
    };
  }
}

const namesOf = (key: SideKey): SideNames => ({
  title: titleOf(key),
  source: vscode.workspace.asRelativePath(key.path),
});

/** A file as it reads now; undefined where it is not there. */
export async function textNow(path: string): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
  // A document stays open for a while after its file is gone.
  if (open?.isDirty) return open.getText();
  return readFile(path, 'utf8').catch(() => undefined);
}

/** The first adapter that a run trained; undefined where it has none yet. */
export async function trainedIn(run: string): Promise<string | undefined> {
  const root = join(run, adaptersFolder);
  const names = await readdir(root).catch(() => []);
  for (const name of names.sort()) if (await isFile(join(root, name, configName))) return join(root, name);
  return undefined;
}

const isOn = (modules: readonly Module[], plan: Plan): boolean => {
  const known = new Set(modules.map(({ path }) => path));
  return Object.keys(plan.modules).every((path) => known.has(path));
};

/** By the headers of a model's folder; none where they cannot be read. */
const modulesOf = (folder: string): Promise<readonly Module[]> =>
  readBaseModel(folder).then(
    (base) => [...moduleRoles(base).values()],
    () => [],
  );

const noPlan = (title: string): LabError =>
  new LabError('plan-missing', `${title} has no plan.`, 'Allocate one, or compare with another run.');
