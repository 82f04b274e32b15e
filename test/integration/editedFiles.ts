/** The editors of plan files and adapter configs, with pages that are played; files are put back after each test. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { listRuns } from '../../src/files/runs';
import { editors } from '../../src/shared/ids';
import { applyEvent } from '../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../src/shared/runState';
import { answer, closeAll, folder, forgetModelFolders, lab, until, type TestApi } from './lab';
import { playPanel, type PlayedPanel } from './playedPanel';

export interface Edited {
  readonly uri: vscode.Uri;
  readonly document: vscode.TextDocument;
  readonly page: PlayedPanel;
}

export interface EditedFiles {
  /** The extension's, once the tests run. */
  readonly api: () => TestApi;
  /** Opens a file in its editor, and plays a page of it. */
  edit(kind: keyof typeof editors, file: string): Promise<Edited>;
  /** A file will be changed: it is written back as it is now. */
  restore(file: string): void;
  /** A file that goes with its folder is not written back. */
  leave(file: string): void;
}

/** To be called inside `describe`. What a test makes lies in the folder `own`, which goes with it. */
export function editedFiles(): EditedFiles {
  let api: TestApi | undefined;
  const open: PlayedPanel[] = [];
  const written = new Map<string, string>();
  const opened = (): TestApi => {
    if (!api) throw new Error('The extension is not activated yet.');
    return api;
  };
  const restore = (file: string): void => {
    if (!written.has(file)) written.set(file, readFileSync(file, 'utf8'));
  };

  before(async () => {
    api = await lab();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) one.close();
    answer(opened(), {});
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await closeAll();
    for (const [file, text] of written) writeFileSync(file, text);
    written.clear();
    await forgetModelFolders();
    rmSync(join(folder(), 'own'), { recursive: true, force: true });
  });

  return {
    api: opened,
    restore,
    leave: (file) => written.delete(file),
    edit: async (kind, file) => {
      const uri = vscode.Uri.file(file);
      restore(file);
      const show = (): Thenable<unknown> =>
        vscode.commands.executeCommand('vscode.openWith', uri, editors[kind]);
      await show();
      const document = await vscode.workspace.openTextDocument(uri);
      const page = playPanel(() => void show());
      open.push(page);
      const provider = (await opened().testing.maps()).editors[kind];
      const { token } = new vscode.CancellationTokenSource();
      await provider.resolveCustomTextEditor(document, page.panel, token);
      page.send({ type: 'ready' });
      await until(() => page.events().length > 0, 'the page to open');
      return { uri, document, page };
    },
  };
}

/** The folder of the sample's newest run. */
export const newestRun = async (): Promise<string> =>
  (await listRuns(join(folder(), 'quickstart.adapter.yaml')))[0] ?? '';

/** What is wrong with the file, as its page shows it. */
export const errorOf = (page: PlayedPanel): RunState['error'] =>
  page.events().reduce(applyEvent, emptyRun).error;
