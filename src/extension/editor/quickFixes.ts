import * as vscode from 'vscode';
import { diagnosticSource, rangeOfIssue } from './diagnostics';
import { parsed } from './parsed';

/** Puts the word that was most likely meant in the place of a misspelled one. */
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
