import * as vscode from 'vscode';
import type { Jobs } from '../runs/jobs';
import { judgedRun } from '../runs/judgedRun';
import type { RunStore } from '../runs/runStore';
import { onSetting, setting } from '../settings';
import { lensesOf, progressTitle } from './lenses';
import { anchors, parsed } from './parsed';

/** Progress moves the text of a lens, and each change makes the editor lay out again. */
const refreshMs = 500;

/** Lenses above the blocks of an experiment. */
export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changes.event;
  private readonly subscriptions: readonly { dispose(): void }[];
  private soon: NodeJS.Timeout | undefined;
  private shown = '';

  constructor(
    private readonly jobs: Jobs,
    private readonly runs: Pick<RunStore, 'folders'>,
  ) {
    this.subscriptions = [
      jobs.onChange(() => this.refreshSoon()),
      onSetting(['codeLens'], () => this.changes.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!setting('codeLens')) return [];
    const { fsPath } = document.uri;
    const { experiment } = parsed(document);
    // Its job says what it is at, and no outcome of before.
    const isIdle = this.jobs.active?.experiment !== fsPath;
    const judged = isIdle && experiment?.plan ? await judgedRun(this.runs, fsPath, experiment) : undefined;
    // Asked for last: while runs were read, the job may have begun or ended.
    const job = this.jobs.active;
    const mine = job?.experiment === fsPath ? job : undefined;
    return lensesOf(document.getText(), anchors(document), mine, judged).map(
      ({ line, title, tooltip, command, target }) =>
        new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
          title,
          tooltip,
          command,
          arguments: [target === undefined ? document.uri : { experiment: fsPath, ...target }],
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
