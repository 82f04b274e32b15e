import * as vscode from 'vscode';
import { onSetting, setting } from '../settings';
import type { Looks, Seen } from './look';

/** What a config comes to on its model, behind what says so. */
export class ConfigHints implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changes.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly looks: Looks) {
    this.subscription = onSetting(['inlayHints', 'modelFolders'], () => this.changes.fire());
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    if (!setting('inlayHints')) return [];
    const { seen } = await this.looks.at(document);
    // The text may have changed meanwhile, and the lines with it; the editor asks again.
    if (token.isCancellationRequested) return [];
    return seen
      .flatMap((one) => [...modelHints(one), ...one.facts.hints])
      .map(({ offset, ...hint }) => ({ ...hint, position: document.positionAt(offset) }))
      .filter(({ position }) => range.contains(position))
      .map(({ position, text, tooltip }) => {
        const hint = new vscode.InlayHint(position, text);
        hint.paddingLeft = true;
        if (tooltip !== undefined) hint.tooltip = tooltip;
        return hint;
      });
  }

  /** An experiment got scores or a plan. */
  refresh(): void {
    this.changes.fire();
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }
}

/** Why nothing is said of modules. */
function modelHints({ config, base }: Seen): { offset: number; text: string; tooltip: string }[] {
  const place = config.said.baseModel?.value?.range;
  if (!place) return [];
  if (base.kind === 'missing') {
    const tooltip = `Looked for in:\n${base.places.join('\n')}\n\nMore… → Pick Folder… says where it is.`;
    return [{ offset: place.end, text: 'model not found', tooltip }];
  }
  if (base.kind !== 'unreadable') return [];
  const { message, next } = base.error;
  return [{ offset: place.end, text: 'model cannot be read', tooltip: `${message} ${next}` }];
}
