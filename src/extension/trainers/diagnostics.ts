import * as vscode from 'vscode';
import type { Finding, Severity } from '../../configs/trainers/rules/rule';
import { findings, syntaxFindings, type Told } from '../../configs/trainers/rules/rules';
import type { TrainerConfig } from '../../configs/trainers/description';
import type { ParsedTree } from '../../configs/trainers/tree';
import { diagnosticSource } from '../editor/diagnostics';
import { onSetting, setting } from '../settings';
import { readerOf } from './configs';
import type { Looks, Seen } from './look';
import type { MissingModels } from './pickFolder';
import { rangeIn } from './positions';
import { syntaxOfDocument } from './recognize';
import { unknownKeys } from './unknownKeys';
import { hasYamlExtension } from './yamlSchemas';

/** Typing is followed after a pause, so that half a word is not called wrong. */
const pauseMs = 250;

/** What was found in one document, for whoever offers to mend it. */
export interface Found {
  readonly version: number;
  readonly findings: readonly { readonly diagnostic: vscode.Diagnostic; readonly finding: Finding }[];
}

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Underlines silent mistakes in every open config. */
export class ConfigDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('adapterLab.configs');
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly found = new Map<string, Found>();
  private readonly subscriptions: readonly vscode.Disposable[];
  private isDisposed = false;

  constructor(
    private readonly looks: Looks,
    private readonly missing: MissingModels,
  ) {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => void this.check(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) void this.check(document);
      }),
      onSetting(['diagnostics', 'modelFolders'], () => this.checkAll()),
    ];
    this.checkAll();
  }

  /** What the last check found, unless the text has changed since. */
  in(document: vscode.TextDocument): Found['findings'] {
    const found = this.found.get(document.uri.toString());
    return found?.version === document.version ? found.findings : [];
  }

  dispose(): void {
    this.isDisposed = true;
    for (const timer of this.waiting.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private checkAll(): void {
    for (const document of vscode.workspace.textDocuments) void this.check(document);
  }

  private checkSoon(document: vscode.TextDocument): void {
    if (!syntaxOfDocument(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    const check = (): void => {
      this.waiting.delete(key);
      if (!document.isClosed) void this.check(document);
    };
    this.waiting.set(key, setTimeout(check, pauseMs));
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const syntax = syntaxOfDocument(document);
    if (!syntax) return;
    const { version } = document;
    const { seen, faults } = await this.looks.at(document);
    const read = await readerOf(syntax);
    // Another version is checked after its own pause.
    if (this.isDisposed || document.isClosed || document.version !== version) return;
    this.tellMissing(document, seen);
    const isOn = setting('diagnostics') && seen.length > 0;
    const own = isOn && !isCheckedElsewhere(document) ? syntaxFindings(document.getText(), faults) : [];
    const found = isOn ? [...own, ...seen.flatMap((one) => findingsIn(document, one, read))] : [];
    const told = found.map((finding) => ({ finding, diagnostic: diagnosticOf(document, finding) }));
    this.found.set(document.uri.toString(), { version, findings: told });
    this.collection.set(
      document.uri,
      told.map(({ diagnostic }) => diagnostic),
    );
  }

  /** Only to who looks at the file: searching opens files as well. */
  private tellMissing(document: vscode.TextDocument, seen: readonly Seen[]): void {
    if (!vscode.window.visibleTextEditors.some((editor) => editor.document === document)) return;
    for (const { base } of seen) if (base.kind === 'missing') this.missing.tell(document, base.name);
  }

  private forget(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
    this.found.delete(key);
    this.collection.delete(uri);
  }
}

type Shown = Finding & Pick<Told, 'severity'> & { readonly id: string };

/** Whether VS Code, or another extension, says by itself what the language does not allow. */
const isCheckedElsewhere = ({ languageId }: vscode.TextDocument): boolean =>
  languageId === 'json' || languageId === 'python' || (languageId === 'yaml' && hasYamlExtension());

function findingsIn(document: vscode.TextDocument, { config, base }: Seen, read: Read): Shown[] {
  const model = base.kind === 'found' ? base.model : undefined;
  const slips = unknownKeys(config).map((one) => ({
    ...one,
    id: 'unknown-key',
    severity: 'information' as const,
  }));
  // Where whole files are read, the rules do so themselves.
  const parse = config.syntax === 'python' ? again(config, read) : undefined;
  return [...findings(document.getText(), config, model, parse), ...slips];
}

type Read = Awaited<ReturnType<typeof readerOf>>;

/** Reads the map again after an edit, by which fixes are proved. An edit lies within its call, whose beginning stays. */
const again =
  ({ root: { range } }: TrainerConfig, read: Read) =>
  (text: string): ParsedTree => {
    const { configs, faults } = read(text);
    return { root: configs.find(({ root }) => root.range.start === range.start)?.root, faults };
  };

function diagnosticOf(document: vscode.TextDocument, finding: Shown): vscode.Diagnostic {
  const { id, range, message, severity, documentation } = finding;
  const diagnostic = new vscode.Diagnostic(rangeIn(document, range), message, severities[severity]);
  diagnostic.source = diagnosticSource;
  diagnostic.code = documentation === undefined ? id : { value: id, target: vscode.Uri.parse(documentation) };
  return diagnostic;
}
