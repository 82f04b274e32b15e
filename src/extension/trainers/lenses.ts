import * as vscode from 'vscode';
import type { TrainerConfig } from '../../configs/trainers/description';
import { onSetting, setting } from '../settings';
import { configsOf } from './configs';
import { hasPlan, type Linked, type LinkedExperiments } from './linkedExperiments';
import { lensCommands } from './parts';
import { rangeIn } from './positions';
import { configRanks, experimentRanks, type RankPlace } from './rankPlaces';
import { isExperiment } from './recognize';

/**
 * Two lenses on a config, on the first adapter that it asks for: the next step, and a list of what else there is. A third
 * one stands over the rank, as in experiments.
 */
export class ConfigLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changes.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(private readonly experiments: LinkedExperiments) {
    this.subscriptions = [
      experiments.onChange(() => this.changes.fire()),
      onSetting(['codeLens', 'rankLenses'], () => this.changes.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const ranks = setting('rankLenses');
    if (isExperiment(document.uri)) {
      return ranks ? rankLenses(document, experimentRanks(document.getText())) : [];
    }
    const { configs } = await configsOf(document);
    const [first] = configs;
    if (!first) return [];
    const linked = await this.experiments.of(document.uri.fsPath);
    return [
      ...(setting('codeLens') ? stepLenses(document, first, linked) : []),
      ...(ranks ? rankLenses(document, configRanks(document.getText(), configs)) : []),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }
}

function stepLenses(
  document: vscode.TextDocument,
  { place }: TrainerConfig,
  [newest]: readonly Linked[],
): vscode.CodeLens[] {
  const { line } = document.positionAt(place.start);
  const planned = newest !== undefined && hasPlan(newest);
  const step = planned
    ? {
        title: '$(diff) Apply Plan…',
        tooltip: `Show what the plan of ${vscode.workspace.asRelativePath(newest.uri)} would change here`,
        command: 'adapterLab.applyPlan',
      }
    : {
        title: '$(play) Score Layers…',
        tooltip: "Measure how much a task depends on each of the base model's layers",
        command: lensCommands.scoreConfig,
      };
  const more = {
    title: 'More…',
    tooltip: 'What else Adapter Lab does with this file',
    command: lensCommands.more,
  };
  return [step, more].map((command) => lensAt(line, { ...command, arguments: [document.uri] }));
}

const rankLenses = (document: vscode.TextDocument, places: readonly RankPlace[]): vscode.CodeLens[] =>
  places.map(({ of, rank, value }) =>
    lensAt(rangeIn(document, value).start.line, {
      title: `rank ${rank} · change…`,
      tooltip: 'What other ranks would cost',
      command: lensCommands.changeRank,
      arguments: [document.uri, of],
    }),
  );

const lensAt = (line: number, command: vscode.Command): vscode.CodeLens =>
  new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command);
