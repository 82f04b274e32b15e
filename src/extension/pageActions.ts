import { join } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../files/runs';
import type { CommandId, ViewCommandId } from '../shared/ids';
import type { PageAction, Steering } from '../shared/webviewProtocol';
import type { Parts } from './commands/parts';
import type { Target } from './commands/target';

const commandOf: Partial<Record<PageAction, CommandId | ViewCommandId>> = {
  score: 'adapterLab.scoreLayers',
  allocate: 'adapterLab.allocate',
  run: 'adapterLab.runExperiment',
  search: 'adapterLab.searchRanks',
  train: 'adapterLab.train',
  judge: 'adapterLab.judge',
  commit: 'adapterLab.commitPlan',
  stop: 'adapterLab.stop',
  resume: 'adapterLab.resume',
  show: 'adapterLab.showAllocationMap',
  openHtmlReport: 'adapterLab.openHtmlReport',
};

/** What a page shows. */
export interface Shown {
  readonly experiment: vscode.Uri;
  /** Absolute path of the run's folder. */
  readonly run: string | undefined;
}

/** Does what was pressed on a page. */
export async function actOnPage(action: PageAction, page: Shown): Promise<void> {
  const command = commandOf[action];
  const target: Target = { experiment: page.experiment.fsPath, run: page.run };
  if (command) await vscode.commands.executeCommand(command, target);
  else if (action === 'openExperiment') {
    await vscode.window.showTextDocument(page.experiment, { viewColumn: vscode.ViewColumn.One });
  } else if (action === 'openReport' && page.run !== undefined) {
    await vscode.commands.executeCommand(
      'markdown.showPreview',
      vscode.Uri.file(join(page.run, runFiles.report)),
    );
  }
}

/** Asks of the search that a page shows what was pressed there. */
export async function steerFromPage(parts: Parts, steering: Steering, page: Shown): Promise<void> {
  if (page.run === undefined) return;
  const { steer } = await parts.searching();
  await steer(parts, page.experiment, page.run, steering);
}
