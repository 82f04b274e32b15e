import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, lab, openNew, quickExperiment, until } from './lab';

const row = 'model.layers.1.self_attn.q_proj';
const withPlan = `${quickExperiment(8)}plan:
  modules:
    ${row}: { rank: 4, alpha: 8, experts: 4 }
`;

async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    20,
  );
  return found.map(
    ({ range, command }) => `${document.lineAt(range.start.line).text.split(':')[0]}: ${command?.title}`,
  );
}

async function hints(document: vscode.TextDocument): Promise<{ line: string; label: string }[]> {
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    all,
  );
  return found.map(({ position, label }) => ({
    line: document.lineAt(position.line).text.trim(),
    label: String(label),
  }));
}

async function hover(document: vscode.TextDocument, needle: string): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(needle) + 1);
  const found = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return found
    .flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value))
    .join('\n');
}

describe('an experiment in the editor', () => {
  before(lab);
  afterEach(async () => {
    await setting('codeLens', undefined);
    await setting('rankLenses', undefined);
    await setting('inlayHints', undefined);
    await closeAll();
  });

  const setting = (key: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('adapterLab').update(key, value, vscode.ConfigurationTarget.Global);

  it('has its lenses', async () => {
    const document = await openNew('editor/lens.adapter.yaml', withPlan);
    // Those on ranks come with the part that is loaded for users' own configs.
    await until(async () => (await lenses(document)).length === 9, 'all lenses');
    assert.deepEqual((await lenses(document)).sort(), [
      `    ${row}: rank 4 · change…`,
      'adapter: rank 4 · change…',
      'budget: Allocate',
      'plan: Commit Plan',
      'plan: Judge',
      'plan: Show Allocation Map',
      'score: $(play) Score Layers',
      'score: Run Experiment',
      'score: Train',
    ]);
    await setting('codeLens', false);
    await setting('rankLenses', false);
    await until(async () => (await lenses(document)).length === 0, 'the lenses to go');
  });

  it('has hints of the model, the budget and each row', async () => {
    const document = await openNew('hint.adapter.yaml', withPlan);
    const found = await hints(document);
    const at = (start: string): string => found.find(({ line }) => line.startsWith(start))?.label ?? '';
    assert.match(at('model:'), /^Llama · \d+ layers · 1\.8 M parameters$/);
    assert.match(at('budget:'), /^1\/\d+ layers · 4 experts · [\d.,]+( k)? params$/);
    assert.match(at(row), /params$/);
    await setting('inlayHints', false);
    assert.deepEqual(await hints(document), []);
  });

  it('says once that the model is missing', async () => {
    const document = await openNew(
      'missing.adapter.yaml',
      withPlan.replace('model: model', 'model: nowhere'),
    );
    assert.deepEqual(
      (await hints(document)).map(({ label }) => label),
      ['not found'],
    );
  });

  it('says what keys and rows are for', async () => {
    const document = await openNew('hover.adapter.yaml', withPlan);
    assert.match(await hover(document, 'samples'), /\*\*samples\*\*: Samples of each task/);
    assert.match(await hover(document, row), /rank 4, alpha 8/);
  });

  it('underlines what is wrong, offers the word that was meant, and forgets it when it is right', async () => {
    const document = await openNew('wrong.adapter.yaml', withPlan.replace('method: floe', 'metod: floe'));
    const diagnostics = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    await until(() => diagnostics().length > 0, 'the diagnostic');
    const key = diagnostics().find(({ range }) => document.getText(range) === 'metod');
    assert.ok(
      key,
      diagnostics()
        .map(({ message }) => message)
        .join('; '),
    );
    assert.equal(key.code, 'experiment-invalid');
    assert.equal(key.source, 'Adapter Lab');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      key.range,
    );
    const fix = actions.find(({ title }) => title === 'Change to "method"');
    assert.ok(fix?.edit, actions.map(({ title }) => title).join('; '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await until(() => diagnostics().length === 0, 'no diagnostic');
    await document.save();
  });
});
