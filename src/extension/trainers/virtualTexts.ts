import { basename } from 'node:path';
import * as vscode from 'vscode';

const scheme = 'adapter-lab-preview';

/** Texts that are shown and lie nowhere: what a file would be. */
export class VirtualTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  private count = 0;

  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.texts.get(query) ?? '';
  }

  /**
   * Shows what a file would be beside what it is.
   *
   * @returns closes the comparison again, and forgets the text
   */
  async compare(file: vscode.Uri, text: string, title: string): Promise<() => Promise<void>> {
    const query = String((this.count += 1));
    this.texts.set(query, text);
    // The name keeps its ending, by which VS Code colors it.
    const preview = vscode.Uri.from({ scheme, path: `/${basename(file.fsPath)}`, query });
    await vscode.commands.executeCommand('vscode.diff', file, preview, title, { preview: true });
    return async () => {
      this.texts.delete(query);
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      const mine = tabs.filter(
        ({ input }) =>
          input instanceof vscode.TabInputTextDiff && input.modified.toString() === preview.toString(),
      );
      await vscode.window.tabGroups.close(mine, true);
    };
  }

  dispose(): void {
    this.registration.dispose();
    this.texts.clear();
  }
}
