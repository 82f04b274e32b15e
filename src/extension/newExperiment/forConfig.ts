import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { TrainerConfig } from '../../configs/trainers/description';
import type { ResolvedAdapter } from '../../configs/trainers/resolve';
import type { Dialogs } from '../dialogs';
import type { Answers, Asking } from './answers';
import { columnQuestions, tasksOf } from './askColumns';
import { askData } from './askData';
import { rootOf } from './askFile';
import { configDraft } from './configDraft';
import { experimentFile, experimentText } from './experimentText';
import { findData } from './findData';
import { abilityOf } from './foundModel';
import { inTurn } from './inTurn';
import { writeExperiment } from './newExperiment';

/** A trainer's config, and the base model that it names. */
export interface ConfigGiven {
  readonly uri: vscode.Uri;
  readonly config: TrainerConfig;
  readonly resolved: ResolvedAdapter | undefined;
  readonly model: { readonly folder: string; readonly architecture: string; readonly modelType: string };
}

/**
 * Makes an experiment about a config as it stands, beside it: its model, targets, rank and alpha; half of the layers at most.
 * Data and columns are asked for.
 *
 * @returns the file; undefined where the user gives up
 */
export async function experimentForConfig(
  dialogs: Dialogs,
  { uri, config, resolved, model }: ConfigGiven,
): Promise<vscode.Uri | undefined> {
  const title = `Score the layers of ${vscode.workspace.asRelativePath(uri)}`;
  const data = findData();
  data.catch(() => undefined);
  const asking: Asking = { dialogs, title, models: Promise.resolve([]), data };
  const ability = abilityOf(model);
  const answers = await inTurn<Answers>({ ability, columns: [], notes: [] }, (state) => [
    askData(asking),
    ...columnQuestions(asking, state),
  ]);
  if (!answers) return undefined;
  const file = experimentFile(uri.fsPath, existsSync);
  const given = { file, root: rootOf(answers), target: uri.fsPath, model: model.folder };
  const text = experimentText(configDraft({ ...given, config, resolved, tasks: tasksOf(answers) }));
  return writeExperiment(file, text);
}
