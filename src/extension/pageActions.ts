import { join } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../files/runs';
import type { CommandId } from '../shared/ids';
import type { PageAction } from '../shared/webviewProtocol';
import type { RunPanel } from './panel/runPanel';

const commandOf: Partial<Record<PageAction, CommandId>> = {
  score: 'adapterLab.scoreLayers',
  allocate: 'adapterLab.allocate',
  run: 'adapterLab.runExperiment',
  train: 'adapterLab.train',
  commit: 'adapterLab.commitPlan',
  stop: 'adapterLab.stop',
  resume: 'adapterLab.resume',
};

/** Does what was pressed on a page. */
export async function actOnPage(action: PageAction, page: RunPanel): Promise<void> {
  const command = commandOf[action];
  if (command) await vscode.commands.executeCommand(command, page.experiment);
  else if (action === 'openExperiment') {
    await vscode.window.showTextDocument(page.experiment, { viewColumn: vscode.ViewColumn.One });
  } else if (page.run !== undefined) {
    await vscode.commands.executeCommand(
      'markdown.showPreview',
      vscode.Uri.file(join(page.run, runFiles.report)),
    );
  }
}
