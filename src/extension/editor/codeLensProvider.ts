import * as vscode from 'vscode';
import type { Jobs } from '../runs/jobs';
import { onSetting, setting } from '../settings';
import { lensesOf, progressTitle } from './lenses';
import { anchors } from './parsed';

/** Progress moves the text of a lens, and each change makes the editor lay out again. */
const refreshMs = 500;

/** Lenses above the blocks of an experiment. */
export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changes.event;
  private readonly subscriptions: readonly { dispose(): void }[];
  private soon: NodeJS.Timeout | undefined;
  private shown = '';

  constructor(private readonly jobs: Jobs) {
    this.subscriptions = [
      jobs.onChange(() => this.refreshSoon()),
      onSetting(['codeLens'], () => this.changes.fire()),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!setting('codeLens')) return [];
    const job = this.jobs.active;
    const mine = job?.experiment === document.uri.fsPath ? job : undefined;
    return lensesOf(document.getText(), anchors(document), mine).map(
      ({ line, title, tooltip, command }) =>
        new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
          title,
          tooltip,
          command,
          arguments: [document.uri],
        }),
    );
  }

  dispose(): void {
    clearTimeout(this.soon);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }

  private refreshSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      const { active } = this.jobs;
      const now = active ? progressTitle(active) : '';
      if (now === this.shown) return;
      this.shown = now;
      this.changes.fire();
    }, refreshMs);
  }
}
