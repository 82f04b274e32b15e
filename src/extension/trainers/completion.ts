import { basename } from 'node:path';
import * as vscode from 'vscode';
import { cursorAt } from './cursor';
import type { Looks, Seen } from './look';
import { rangeIn } from './positions';
import { suggestionsAt, type Suggestion } from './suggestions';
import { hasYamlExtension } from './yamlSchemas';

const kinds: Readonly<Record<Suggestion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  module: vscode.CompletionItemKind.Reference,
  value: vscode.CompletionItemKind.Value,
};

/** Completes configs: keys of the format, modules of the model, values. */
export class Completion implements vscode.CompletionItemProvider {
  constructor(private readonly looks: Looks) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const { seen } = await this.looks.at(document);
    const offset = document.offsetAt(position);
    const one = configAt(seen, offset);
    if (!one || token.isCancellationRequested) return [];
    const cursor = cursorAt(document.getText(), one.config, offset);
    if (!cursor) return [];
    const model = one.base.kind === 'found' ? one.base.model : undefined;
    const found = suggestionsAt(cursor, one.config, model);
    const shown = hasSchema(document) ? found.filter(({ kind }) => kind !== 'key') : found;
    return shown.map((suggestion) => itemOf(suggestion, rangeIn(document, cursor.word)));
  }
}

/** The adapter that an offset is in; of whole files there is one. */
export const configAt = (seen: readonly Seen[], offset: number): Seen | undefined =>
  seen.find(({ config: { syntax, root, place } }) => {
    const start = Math.min(root.range.start, place.start);
    return syntax !== 'python' || (start <= offset && offset <= root.range.end);
  });

/** Whether VS Code, or the YAML extension, completes keys by a schema of ours; they would stand there twice. */
export const hasSchema = ({ uri, languageId }: vscode.TextDocument): boolean =>
  languageId === 'yaml' ? hasYamlExtension() : basename(uri.path) === 'adapter_config.json';

function itemOf(
  { label, detail, documentation, insert, kind }: Suggestion,
  range: vscode.Range,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label, description: detail }, kinds[kind]);
  item.insertText = insert;
  item.range = range;
  // Compared with what is typed, quotes and anchors included or not.
  item.filterText = `${label} ${insert}`;
  if (documentation !== undefined) item.documentation = documentation;
  return item;
}
