import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { experimentName, listRuns, newestFirst } from '../../files/runs';
import { configName } from '../../peft/folder';
import { experimentGlob, packageFolders } from '../../shared/ids';
import { formatCount } from '../../shared/format';
import { experimentNow } from '../maps/experimentNow';
import { readPlanText } from '../maps/editors/planText';
import { runLabel } from '../views/items';
import { readRunFacts, type RunFacts } from '../views/runFacts';
import { controlOf, isSameKey, runTime, sideKey, titleOf, type SideKey } from './keys';
import { textNow } from './sideReader';
import { withoutIcons } from '../labels';

/** What can be chosen as one side. */
export interface SideItem extends vscode.QuickPickItem {
  /** Undefined of the line that stands between groups. */
  readonly side?: SideKey;
}

/** Files of each kind that are looked at: a longer list nobody reads. */
const most = 200;

/**
 * Everything in the workspace that can be compared: runs with a plan, newest first; the plans that stand in experiments; plan files
 * outside of these runs; adapters.
 *
 * @param beside what it is compared with, which is left out, and whose uniform control stands first
 */
export async function sideItems(beside: SideKey | undefined, now = Date.now()): Promise<SideItem[]> {
  const experiments = await findFiles(experimentGlob);
  const [runs, own, adapters] = await Promise.all([
    plannedRuns(experiments),
    ownPlans(experiments),
    findFiles(`**/${configName}`),
  ]);
  const plans = await otherPlans(new Set(runs.map(({ folder }) => folder)));
  const groups: readonly (readonly [title: string, items: readonly SideItem[]])[] = [
    ['Control', beside && !beside.isControl ? [controlItem(beside)] : []],
    ['Runs', runs.map((facts) => runItem(facts, now))],
    ['Experiments', own],
    ['Plan files', plans],
    ['Adapters', adapters.map(dirname).map(adapterItem)],
  ];
  return groups.flatMap(([label, items]) => {
    const others = items.filter(({ side }) => side && !(beside && isSameKey(side, beside)));
    return others.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...others];
  });
}

function controlItem(beside: SideKey): SideItem {
  return {
    label: '$(symbol-ruler) Uniform control',
    description: 'every target alike, with no more parameters',
    detail: `Of ${titleOf(beside)}`,
    side: controlOf(beside),
  };
}

const runItem = (facts: RunFacts, now: number): SideItem => ({
  label: `$(layers) ${withoutIcons(runLabel(facts, now))}`,
  // Several of one day are told apart by the hour.
  description: [experimentName(facts.experiment), runTime(basename(facts.folder)) ?? []].flat().join(', '),
  detail: [...(facts.words === '' ? [] : [facts.words]), ...(facts.recorded ? ['recorded'] : [])].join(' · '),
  side: sideKey('run', facts.folder),
});

const adapterItem = (folder: string): SideItem => ({
  label: `$(package) ${withoutIcons(basename(folder))}`,
  description: vscode.workspace.asRelativePath(folder),
  side: sideKey('adapter', folder),
});

async function plannedRuns(experiments: readonly string[]): Promise<RunFacts[]> {
  const lists = await Promise.all(
    experiments.map(async (experiment) =>
      (await listRuns(experiment)).slice(0, most).map((folder) => ({ experiment, folder })),
    ),
  );
  const newest = lists.flat().sort((a, b) => newestFirst(a.folder, b.folder));
  const facts = await Promise.all(
    newest.slice(0, most).map(({ experiment, folder }) => readRunFacts(experiment, folder)),
  );
  return facts.filter(({ hasPlan }) => hasPlan);
}

async function ownPlans(experiments: readonly string[]): Promise<SideItem[]> {
  const items = await Promise.all(
    experiments.map(async (path): Promise<SideItem[]> => {
      const { experiment } = await experimentNow(vscode.Uri.file(path));
      const rows = Object.values(experiment?.plan?.modules ?? {}).filter(({ experts }) => experts > 0);
      if (!experiment || rows.length === 0) return [];
      const detail = `${experiment.method} · ${formatCount(rows.length)} modules, as the file says now`;
      const description = vscode.workspace.asRelativePath(path);
      return [
        {
          label: `$(beaker) ${withoutIcons(experimentName(path))}`,
          description,
          detail,
          side: sideKey('experiment', path),
        },
      ];
    }),
  );
  return items.flat();
}

/** Plan files that lie in no run of the list: exported, copied, or of an experiment that is gone. */
async function otherPlans(runs: ReadonlySet<string>): Promise<SideItem[]> {
  const files = (await findFiles('**/*plan*.json')).filter((file) => !runs.has(dirname(file)));
  const items = await Promise.all(
    files.map(async (path): Promise<SideItem[]> => {
      try {
        const { method, summary } = readPlanText((await textNow(path)) ?? '', basename(path));
        const description = vscode.workspace.asRelativePath(path);
        return [
          {
            label: `$(json) ${withoutIcons(basename(path))}`,
            description,
            detail: `${method} · ${summary}`,
            side: sideKey('plan', path),
          },
        ];
      } catch {
        // Another program's file of that name.
        return [];
      }
    }),
  );
  return items.flat();
}

const findFiles = async (glob: string): Promise<string[]> =>
  (await vscode.workspace.findFiles(glob, packageFolders, most))
    .filter(({ scheme }) => scheme === 'file')
    .map(({ fsPath }) => fsPath)
    .sort((a, b) => a.localeCompare(b));
