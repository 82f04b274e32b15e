import * as vscode from 'vscode';

/** `12: Train` of each lens, in the order of lines as texts. */
export async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    20,
  );
  return found.map(({ range, command }) => `${range.start.line + 1}: ${command?.title}`).sort();
}

/** `5: = 62.5 k trainable` of each inlay hint. */
export async function hints(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    new vscode.Range(0, 0, document.lineCount, 0),
  );
  return found.map(({ position, label }) => `${position.line + 1}: ${String(label)}`);
}

/** What hovers say over the first place of a text. */
export async function hover(document: vscode.TextDocument, needle: string): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(document.getText().indexOf(needle) + 1),
  );
  return found
    .flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value))
    .join('\n');
}

/** The labels that are offered behind the first place of a text. */
export async function complete(document: vscode.TextDocument, behind: string): Promise<string[]> {
  const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    document.positionAt(document.getText().indexOf(behind) + behind.length),
  );
  return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

/** Our own diagnostics of a document. */
export const ours = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Adapter Lab');
export const codeOf = ({ code }: vscode.Diagnostic): unknown =>
  typeof code === 'object' ? code.value : code;
