import * as vscode from 'vscode';
import type { Issue } from '../../configs/experiment/issue';
import type { LabError } from '../../shared/errors';
import { isExperiment } from '../trainers/recognize';
import { hintColumn, keyLine } from './keyLine';
import type { ModelCache } from './modelFacts';
import { parsed } from './parsed';

export const diagnosticSource = 'Adapter Lab';

/** Typing is followed after a pause, so that half a word is not called wrong. */
const pauseMs = 250;

/** Underlines what is wrong in every open experiment. */
export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('adapterLab');
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: readonly vscode.Disposable[];
  private isDisposed = false;

  constructor(private readonly models: ModelCache) {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => void this.check(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
    for (const document of vscode.workspace.textDocuments) void this.check(document);
  }

  dispose(): void {
    this.isDisposed = true;
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
        if (!document.isClosed) void this.check(document);
      }, pauseMs),
    );
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    if (!isExperiment(document.uri)) return;
    const { version } = document;
    const { issues, experiment } = parsed(document);
    const model = experiment && (await this.models.facts(experiment.model));
    // Another version is checked after its own pause.
    if (this.isDisposed || document.isClosed || document.version !== version) return;
    const found = issues.map((issue) => toDiagnostic(document, issue));
    const refusal = model && 'refusal' in model ? model.refusal : undefined;
    this.collection.set(document.uri, [...found, ...(refusal ? refused(document, refusal) : [])]);
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

/** A model that is there and will not be computed: what else the experiment is for, its plan, can be worked on. */
function refused(document: vscode.TextDocument, { code, message, next }: LabError): vscode.Diagnostic[] {
  const line = keyLine(document.getText(), 'model');
  if (line === undefined) return [];
  const { text } = document.lineAt(line);
  const start = text.search(/(?<=:\s*)[^\s:]/);
  const range = new vscode.Range(line, Math.max(start, 0), line, hintColumn(text));
  const diagnostic = new vscode.Diagnostic(range, `${message} ${next}`, vscode.DiagnosticSeverity.Warning);
  return [Object.assign(diagnostic, { source: diagnosticSource, code })];
}

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
