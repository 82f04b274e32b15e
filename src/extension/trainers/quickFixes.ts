import * as vscode from 'vscode';
import { anchors } from '../editor/parsed';
import type { ConfigDiagnostics } from './diagnostics';
import { lensCommands } from './parts';
import { workspaceEdit } from './positions';

/** Mends what the rules found. */
export class ConfigFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(private readonly diagnostics: ConfigDiagnostics) {}

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return this.diagnostics
      .in(document)
      .filter(({ diagnostic }) => diagnostic.range.intersection(range))
      .flatMap(({ diagnostic, finding }) =>
        finding.fixes.map(({ title, edits, isPreferred }) => {
          const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
          action.edit = workspaceEdit(document, edits);
          action.diagnostics = [diagnostic];
          if (isPreferred) action.isPreferred = true;
          return action;
        }),
      );
  }
}

/** The light bulb on a row of a plan, where a lens on each of two hundred rows would hide them. */
export class RowActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.Refactor],
  };

  provideCodeActions(document: vscode.TextDocument, { start }: vscode.Range): vscode.CodeAction[] {
    const row = anchors(document).modules.find(({ line }) => line === start.line);
    if (!row) return [];
    const title = 'Change Rank…';
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.Refactor);
    const of = { kind: 'row', path: row.path };
    action.command = { title, command: lensCommands.changeRank, arguments: [document.uri, of] };
    return [action];
  }
}
