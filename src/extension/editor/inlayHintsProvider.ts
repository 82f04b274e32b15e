import * as vscode from 'vscode';
import type { Jobs } from '../runs/jobs';
import type { RunStore } from '../runs/runStore';
import { onSetting, setting } from '../settings';
import { hintsOf } from './hints';
import { hintColumn } from './keyLine';
import type { ModelCache } from './modelFacts';
import { anchors, parsed } from './parsed';

/** Scores and sizes at the ends of an experiment's lines. */
export class HintsProvider implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changes.event;
  private readonly subscriptions: readonly { dispose(): void }[];
  /** The model stays known while the text has an error for a moment. */
  private readonly lastModel = new Map<string, string>();

  constructor(
    private readonly runs: RunStore,
    private readonly models: ModelCache,
    jobs: Jobs,
  ) {
    this.subscriptions = [
      jobs.onEnd(() => this.refresh()),
      onSetting(['inlayHints'], () => this.changes.fire()),
    ];
  }

  /** A run got scores or a plan. */
  refresh(): void {
    this.changes.fire();
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    if (!setting('inlayHints')) return [];
    const { experiment } = parsed(document);
    const file = document.uri.fsPath;
    if (experiment) this.lastModel.set(file, experiment.model);
    const folder = this.lastModel.get(file);
    const [model, run] = await Promise.all([
      folder === undefined ? undefined : this.models.facts(folder),
      this.runs.newestScored(file),
    ]);
    // The text may have changed meanwhile, and the lines with it; the editor asks again.
    if (token.isCancellationRequested) return [];
    const text = document.getText();
    return hintsOf({ text, anchors: anchors(document), experiment, model, run: run?.state })
      .filter(({ line }) => range.start.line <= line && line <= range.end.line)
      .map(({ line, text: label, tooltip }) => {
        const column = hintColumn(document.lineAt(line).text);
        const hint = new vscode.InlayHint(new vscode.Position(line, column), label);
        hint.paddingLeft = true;
        if (tooltip !== undefined) hint.tooltip = tooltip;
        return hint;
      });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }
}
