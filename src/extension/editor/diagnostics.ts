import * as vscode from 'vscode';
import type { Issue } from '../../configs/experiment/issue';
import { isExperiment } from '../experiments';
import { parsed } from './parsed';

export const diagnosticSource = 'Adapter Lab';

/** Typing is followed after a pause, so that half a word is not called wrong. */
const pauseMs = 250;

/** Underlines what is wrong in every open experiment. */
export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('adapterLab');
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.check(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
    for (const document of vscode.workspace.textDocuments) this.check(document);
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private checkSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.set(
      key,
      setTimeout(() => {
        this.waiting.delete(key);
        if (!document.isClosed) this.check(document);
      }, pauseMs),
    );
  }

  private check(document: vscode.TextDocument): void {
    if (!isExperiment(document.uri)) return;
    const { issues } = parsed(document);
    this.collection.set(
      document.uri,
      issues.map((issue) => toDiagnostic(document, issue)),
    );
  }

  private forget(uri: vscode.Uri): void {
    clearTimeout(this.waiting.get(uri.toString()));
    this.waiting.delete(uri.toString());
    this.collection.delete(uri);
  }
}

/** Where an issue is in its document. */
export const rangeOfIssue = (document: vscode.TextDocument, { range }: Issue): vscode.Range =>
  new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));

function toDiagnostic(document: vscode.TextDocument, issue: Issue): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOfIssue(document, issue),
    `${issue.message} ${issue.next}`,
    issue.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = issue.code;
  return diagnostic;
}
