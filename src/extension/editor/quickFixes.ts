import * as vscode from 'vscode';
import type { ErrorCode } from '../../shared/errors';
import { diagnosticSource, rangeOfIssue } from './diagnostics';
import { parsed } from './parsed';

/** Not in the palette: only beside a model that cannot be computed. */
export const pickModelCommand = 'adapterLab.pickModel';

/** Puts the word that was most likely meant in the place of a misspelled one, and picks another model's folder. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const mine = diagnostics.filter(({ source }) => source === diagnosticSource);
    if (mine.length === 0) return [];
    return [...this.folders(document, mine), ...this.words(document, mine)];
  }

  private folders({ uri }: vscode.TextDocument, mine: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
    const refused = mine.filter(({ code }) => code === ('model-dtype-unsupported' satisfies ErrorCode));
    return refused.map((diagnostic) => {
      const title = 'Pick Folder…';
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { title, command: pickModelCommand, arguments: [uri] };
      action.diagnostics = [diagnostic];
      return action;
    });
  }

  private words(document: vscode.TextDocument, mine: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
    return parsed(document).issues.flatMap((issue) => {
      if (issue.replacement === undefined) return [];
      const place = rangeOfIssue(document, issue);
      const diagnostic = mine.find(({ range }) => range.isEqual(place));
      if (!diagnostic) return [];
      const action = new vscode.CodeAction(
        `Change to "${issue.replacement}"`,
        vscode.CodeActionKind.QuickFix,
      );
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, place, issue.replacement);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return [action];
    });
  }
}
