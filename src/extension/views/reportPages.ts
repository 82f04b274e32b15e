import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../files/atomic';
import { runFiles, runNameOf } from '../../files/runs';
import { views } from '../../shared/ids';
import type { Dialogs } from '../dialogs';
import { pageIcon } from '../panel/html';
import { requireTrust } from '../trust';
import { guarded, reportText } from './reportText';

/** Reports of runs as pages beside the editors: no script runs in them, and nothing is loaded. One page a run, which follows its file. */
export class ReportPages implements vscode.Disposable {
  private readonly open = new Map<string, { panel: vscode.WebviewPanel; watcher: vscode.Disposable }>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly dialogs: Dialogs,
  ) {}

  /** The run whose page is in front; undefined where none is. */
  get active(): string | undefined {
    return [...this.open].find(([, { panel }]) => panel.active)?.[0];
  }

  /** @throws LabError run-not-found, journal-invalid of a run that has neither a report nor a journal */
  async show(run: string): Promise<void> {
    const { text } = await reportText(run);
    const known = this.open.get(run);
    const panel = known?.panel ?? this.create(run);
    panel.webview.html = guarded(text);
    if (known) panel.reveal();
  }

  /**
   * Hands the file to the system's browser. Of a run of an earlier version it is made first.
   * @throws LabError restricted-mode, and as `show`
   */
  async openInBrowser(run: string): Promise<void> {
    // A browser runs what a file holds, and a folder of runs may come from anybody.
    requireTrust();
    const file = vscode.Uri.file(join(run, runFiles.htmlReport));
    const { text, isFile } = await reportText(run);
    if (!isFile) await writeFileAtomic(file.fsPath, text);
    if (vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop) {
      await vscode.env.openExternal(file);
      return;
    }
    const reveal = 'Reveal in Explorer';
    const pressed = await this.dialogs.ask({
      kind: 'information',
      message: `${runFiles.htmlReport} lies on another machine than your browser: download it from the Explorer, it is one file that needs no other.`,
      buttons: [reveal],
    });
    if (pressed === reveal) await vscode.commands.executeCommand('revealInExplorer', file);
  }

  /** Closes the page of a run that is gone. */
  leave(run: string): void {
    this.open.get(run)?.panel.dispose();
  }

  dispose(): void {
    for (const { panel } of this.open.values()) panel.dispose();
  }

  private create(run: string): vscode.WebviewPanel {
    const title = `Report: ${runNameOf(basename(run)) ?? basename(run)}`;
    const panel = vscode.window.createWebviewPanel(views.report, title, vscode.ViewColumn.Active, {
      enableScripts: false,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    panel.iconPath = pageIcon(this.extension);
    const pattern = new vscode.RelativePattern(vscode.Uri.file(run), runFiles.htmlReport);
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
    const again = async (): Promise<void> => {
      const { text } = await reportText(run);
      if (this.open.has(run)) panel.webview.html = guarded(text);
    };
    // What is half gone when it is looked at is looked at again when it is whole.
    const look = (): void => void again().catch(() => undefined);
    watcher.onDidChange(look);
    watcher.onDidCreate(look);
    this.open.set(run, { panel, watcher });
    panel.onDidDispose(() => {
      this.open.delete(run);
      watcher.dispose();
    });
    return panel;
  }
}
