import * as vscode from 'vscode';
import { experimentGlob } from '../shared/ids';
import { ModelCache } from './editor/modelFacts';
import { BaseModels } from './trainers/baseModels';
import { changeRank } from './trainers/changeRank';
import { formatsOf } from './trainers/configs';
import { Completion } from './trainers/completion';
import { ConfigDiagnostics } from './trainers/diagnostics';
import { ConfigHints } from './trainers/hints';
import { ConfigHovers } from './trainers/hovers';
import { ConfigLenses } from './trainers/lenses';
import { LinkedExperiments } from './trainers/linkedExperiments';
import { Looks } from './trainers/look';
import { more } from './trainers/more';
import { scoreConfig } from './trainers/newExperiment';
import { lensCommands, type TrainerParts, type Trainers } from './trainers/parts';
import { MissingModels } from './trainers/pickFolder';
import { planCommands } from './trainers/planCommands';
import { ConfigFixes, RowActions } from './trainers/quickFixes';
import type { RankOf } from './trainers/rankPlaces';
import { languages as configLanguages } from './trainers/recognize';
import { VirtualTexts } from './trainers/virtualTexts';
import { scoresOf } from './trainers/why';
import { registerYamlSchemas } from './trainers/yamlSchemas';

/**
 * What users' own config files show and do, in a bundle of its own: the parsers of three languages, the rules, the trainers'
 * tables. It is loaded when a file is opened that has a word of a trainer's config, or when one of its commands is called.
 */
export function openTrainers(parts: TrainerParts): Trainers {
  const linked = new LinkedExperiments();
  const looks = new Looks(new BaseModels(), (file) => scoresOf(linked, parts.runs, file));
  const previews = new VirtualTexts();
  const models = new ModelCache();
  const all = { ...parts, looks, linked, previews, models };
  const diagnostics = new ConfigDiagnostics(looks, new MissingModels(parts));
  const lenses = new ConfigLenses(linked);
  const hints = new ConfigHints(looks);
  const configs: vscode.DocumentSelector = configLanguages.map((language) => ({ language, scheme: 'file' }));
  const experiments: vscode.DocumentSelector = { scheme: 'file', pattern: experimentGlob };
  const { languages } = vscode;
  /** A command of a lens: what goes wrong is shown. */
  const command = <A extends unknown[]>(
    id: string,
    run: (...given: A) => Promise<unknown>,
  ): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (...given: A) => {
      try {
        return await run(...given);
      } catch (thrown) {
        return { error: parts.presenter.error(thrown).toPayload() };
      }
    });
  const owned = [
    linked,
    previews,
    diagnostics,
    lenses,
    hints,
    parts.jobs.onEnd(() => hints.refresh()),
    languages.registerCodeLensProvider([configs, experiments].flat(), lenses),
    languages.registerInlayHintsProvider(configs, hints),
    languages.registerHoverProvider(configs, new ConfigHovers(looks, linked, parts.runs)),
    languages.registerCodeActionsProvider(configs, new ConfigFixes(diagnostics), ConfigFixes.metadata),
    languages.registerCodeActionsProvider(experiments, new RowActions(), RowActions.metadata),
    languages.registerCompletionItemProvider(configs, new Completion(looks), '"', "'", '[', ' ', '.', '^'),
    command(lensCommands.scoreConfig, (uri: vscode.Uri) => scoreConfig(all, uri)),
    command(lensCommands.more, (uri: vscode.Uri) => more(all, uri)),
    command(lensCommands.changeRank, (uri: vscode.Uri, of: RankOf) => changeRank(all, uri, of)),
    registerYamlSchemas(),
  ];
  return {
    commands: planCommands(all),
    experimentOf: async ({ fsPath }) => (await linked.of(fsPath))[0]?.uri,
    formatsOf,
    dispose: () => owned.forEach((one) => one.dispose()),
  };
}
