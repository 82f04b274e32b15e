import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentName, runFiles } from '../../files/runs';
import { LabError } from '../../shared/errors';
import type { ViewCommandId } from '../../shared/ids';
import { requireTrust } from '../trust';
import { runLabel } from './items';
import { nodeGiven, type TreeNode } from './nodes';
import type { ViewParts, Views } from './parts';
import type { ReportPages } from './reportPages';
import type { WorkspaceRuns } from './workspaceRuns';

/** What the commands of rows work with. */
export interface RowParts extends Pick<ViewParts, 'presenter' | 'dialogs' | 'panels' | 'runs'> {
  readonly workspaceRuns: WorkspaceRuns;
  /** The row that is selected, for keys. */
  readonly selected: () => TreeNode | undefined;
  /** Looks at everything anew. */
  readonly refresh: () => void;
  readonly reports: ReportPages;
}

/** The commands about a row of the tree; what goes wrong is shown. */
export function rowCommands(parts: RowParts): Views['commands'] {
  const about = (run: (node: TreeNode) => Promise<unknown>) => async (given: unknown) => {
    const node = nodeGiven(given) ?? parts.selected();
    if (!node) return undefined;
    try {
      return await run(node);
    } catch (thrown) {
      return { error: parts.presenter.error(thrown).toPayload() };
    }
  };
  const { reports } = parts;
  /** Of a row, of what a run's page says it shows, of the report in front, or of the row that is selected. */
  const runOf = (given: unknown): string | undefined => {
    const { run } = (given ?? {}) as { run?: unknown };
    if (typeof run === 'string') return run;
    const selected = parts.selected();
    return reports.active ?? (selected && 'run' in selected ? selected.run : undefined);
  };
  const ofRun = (show: (run: string) => Promise<void>) => async (given: unknown) => {
    const run = runOf(given);
    if (run === undefined) return undefined;
    try {
      return await show(run);
    } catch (thrown) {
      return { error: parts.presenter.error(thrown).toPayload() };
    }
  };
  return {
    'adapterLab.refreshExperiments': () => Promise.resolve(parts.refresh()),
    'adapterLab.openReport': about((node) => openReport(node)),
    'adapterLab.openHtmlReport': ofRun((run) => reports.show(run)),
    'adapterLab.openReportInBrowser': ofRun((run) => reports.openInBrowser(run)),
    'adapterLab.reveal': about(({ path }) => reveal(vscode.Uri.file(path))),
    'adapterLab.copyPath': about(async ({ path }) => vscode.env.clipboard.writeText(path)),
    'adapterLab.deleteRun': about((node) => deleteRun(parts, node)),
  } satisfies Record<ViewCommandId, unknown>;
}

async function openReport(node: TreeNode): Promise<void> {
  if (node.kind !== 'run' && node.kind !== 'part') return;
  const report = vscode.Uri.joinPath(vscode.Uri.file(node.run), runFiles.report);
  await vscode.commands.executeCommand('markdown.showPreview', report);
}

/** In the system's own window where it is this machine's, else in VS Code's Explorer. */
async function reveal(uri: vscode.Uri): Promise<void> {
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  await vscode.commands.executeCommand(isHere ? 'revealFileInOS' : 'revealInExplorer', uri);
}

const remove = async (folder: string, useTrash: boolean): Promise<void> =>
  vscode.workspace.fs
    .delete(vscode.Uri.file(folder), { recursive: true, useTrash })
    .then(undefined, (thrown) => {
      // Somebody was faster.
      if (!(thrown instanceof vscode.FileSystemError && thrown.code === 'FileNotFound')) throw thrown;
    });

const wordsOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\.$/, '');

/**
 * Moves a run into the trash once the user agrees, or away for good where there is no trash, once the user agrees to that.
 *
 * @returns whether it was deleted
 * @throws LabError restricted-mode; `run-in-progress` of a run that goes on; `not-writable`
 */
async function deleteRun(
  { dialogs, panels, runs, workspaceRuns, reports }: RowParts,
  node: TreeNode,
): Promise<boolean> {
  if (node.kind !== 'run') return false;
  requireTrust();
  const facts = workspaceRuns.get(node.run);
  const requireEnded = (): void => {
    if (workspaceRuns.get(node.run)?.status !== 'running') return;
    throw new LabError(
      'run-in-progress',
      `The run ${basename(node.run)} is in progress.`,
      'Stop it, or wait for its end.',
    );
  };
  requireEnded();
  const name = `${facts ? runLabel(facts, Date.now()) : basename(node.run)}, of ${experimentName(node.experiment)}`;
  const ask = async (message: string, detail: string, button: string): Promise<boolean> =>
    (await dialogs.ask({ kind: 'warning', message, detail, modal: true, buttons: [button] })) === button;
  const what =
    'Its scores, plan, adapters and report go with it. The experiment keeps the plan that stands in it.';
  if (!(await ask(`Delete this run? ${name}`, what, 'Move to Trash'))) return false;
  // It may have gone on while that was asked.
  requireEnded();
  try {
    await remove(node.run, true);
  } catch (thrown) {
    // Remote disks have no trash, and what may not be deleted is not told from that.
    const gone = `It cannot be moved into the trash (${wordsOf(thrown)}): it would be deleted for good.`;
    if (!(await ask(`Delete this run permanently? ${name}`, gone, 'Delete Permanently'))) return false;
    requireEnded();
    await remove(node.run, false).catch((refused: unknown) => {
      throw new LabError(
        'not-writable',
        `The run ${basename(node.run)} cannot be deleted: ${wordsOf(refused)}.`,
        'Close what holds its files, see who may write there, and try again.',
        { cause: refused },
      );
    });
  }
  runs.forget();
  await workspaceRuns.touch(node.run);
  reports.leave(node.run);
  await panels.leave(node.run);
  return true;
}
