import * as vscode from 'vscode';
import { findExperiments } from './experiments';
import { ExperimentsTree } from './views/experimentsTree';
import { LiveView } from './views/liveView';
import { OpenRows } from './views/openRows';
import type { TreeShell, ViewParts, Views } from './views/parts';
import { rowCommands } from './views/rowCommands';
import { ReportPages } from './views/reportPages';
import { treeItem } from './views/treeItem';
import { watch } from './views/watch';
import { WorkspaceRuns } from './views/workspaceRuns';

/** "3 minutes ago" is drawn anew this often. */
const tickMs = 20_000;

/**
 * The side bar: the tree of experiments and the view of the run in progress, in a bundle of its own. It is loaded when one of
 * the views is opened, or when a run begins, which the container's icon shows.
 */
export function openViews(parts: ViewParts, { view, changed }: TreeShell): Views {
  const runs = new WorkspaceRuns(parts.jobs, findExperiments);
  const roots = () =>
    (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  const tree = new ExperimentsTree(runs, roots);
  const rows = new OpenRows(parts.memory);
  const live = new LiveView(parts, runs);
  const reports = new ReportPages(parts.extension, parts.dialogs);
  const showBadge = (): void => {
    const value = runs.going().length;
    if ((view.badge?.value ?? 0) === value) return;
    const tooltip = value === 1 ? 'A run is in progress' : `${value} runs are in progress`;
    view.badge = value === 0 ? undefined : { value, tooltip };
  };
  const refresh = (): void => {
    parts.runs.forget();
    runs.forget();
  };
  const ticking = setInterval(() => view.visible && tree.tick(), tickMs);
  const owned: { dispose(): void }[] = [
    runs,
    tree,
    live,
    reports,
    tree.onChange(changed),
    runs.onChange(showBadge),
    view.onDidExpandElement(({ element }) => rows.set(element.id, true)),
    view.onDidCollapseElement(({ element }) => rows.set(element.id, false)),
    watch(
      {
        experiments: () => runs.forgetExperiments(),
        everything: refresh,
        run: (folder) => void runs.touch(folder),
      },
      (path) => runs.holds(path),
    ),
    { dispose: () => clearInterval(ticking) },
  ];
  showBadge();
  return {
    tree: {
      getChildren: async (node) => [...(await tree.children(node))],
      getTreeItem: (node) => treeItem(node, tree.item(node), rows.isOpen(node.id)),
    },
    live,
    commands: rowCommands({
      ...parts,
      workspaceRuns: runs,
      selected: () => view.selection[0],
      refresh,
      reports,
    }),
    dispose: () => owned.forEach((one) => one.dispose()),
  };
}
