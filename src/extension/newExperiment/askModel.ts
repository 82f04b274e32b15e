import * as vscode from 'vscode';
import type { StepItem } from '../dialogs';
import { headOf, type Answers, type Asking } from './answers';
import { nameOf, type ModelPlace, type Placed } from './findModels';
import { lookAtModel, type FoundModel, type RefusedModel } from './foundModel';
import type { Question } from './inTurn';
import { withoutIcons } from '../labels';

interface ModelItem extends StepItem {
  readonly model?: FoundModel;
  readonly act?: 'browse' | 'sample';
}

const groups: Readonly<Record<ModelPlace, string>> = {
  workspace: 'In this workspace',
  setting: 'By the setting adapterLab.modelFolders',
  hub: "In the hub's cache on this machine",
};

/** Which model is adapted. The only one of the workspace is taken where there is no other anywhere. */
export const askModel = (asking: Asking): Question<Answers> => ({
  obvious: async (state) => {
    const found = await asking.models;
    const [only] = found;
    if (!only || found.length > 1 || only.place !== 'workspace' || 'refused' in only) return undefined;
    return withModel(state, only, [`The model is ${only.name}, the only one here.`]);
  },
  ask: async (state, place) => {
    let refused: string | undefined;
    for (;;) {
      const head = headOf(asking, state, place, refused ?? 'Model that gets adapters');
      const picked = await asking.dialogs.step(asking.models.then(itemsOf), head);
      if (picked === undefined || picked === 'back') return picked;
      const [item] = picked;
      if (item?.model) return withModel(state, item.model, []);
      if (item?.act === 'sample') {
        await vscode.commands.executeCommand('adapterLab.openSample');
        return undefined;
      }
      const browsed = await browse(asking);
      if (browsed && !('refused' in browsed)) return withModel(state, browsed, []);
      // Who picks no folder after all sees the list again.
      refused = browsed?.refused;
    }
  },
});

const withModel = (state: Answers, model: FoundModel, notes: readonly string[]): Answers => ({
  ...state,
  model,
  ability: model.ability,
  notes,
});

function itemsOf(found: readonly Placed<FoundModel | RefusedModel>[]): ModelItem[] {
  const items = (Object.keys(groups) as ModelPlace[]).flatMap((place) => {
    const mine = found.filter((one) => one.place === place);
    const sorted = [...mine].sort((a, b) => Number('refused' in a) - Number('refused' in b));
    return mine.length === 0 ? [] : [separator(groups[place]), ...sorted.map(itemOf)];
  });
  const isThere = found.some((one) => !('refused' in one));
  const browse: ModelItem = {
    label: '$(folder-opened) Browse…',
    detail: isThere
      ? 'Another folder of this machine'
      : 'A model is a folder with config.json, *.safetensors and tokenizer.json; put one into the workspace, or pick its folder',
    alwaysShow: true,
    act: 'browse',
  };
  const sample: ModelItem = {
    label: '$(beaker) Open Sample',
    detail: 'A small model with data and experiments to try',
    act: 'sample',
  };
  return [
    ...items,
    separator(isThere ? 'Elsewhere' : 'No model was found'),
    browse,
    ...(isThere ? [] : [sample]),
  ];
}

const itemOf = (model: FoundModel | RefusedModel): ModelItem =>
  'refused' in model
    ? {
        label: `$(circle-slash) ${withoutIcons(model.name)}`,
        description: 'cannot be scored',
        detail: model.refused,
        refused: model.refused,
      }
    : { label: model.name, detail: model.facts, model };

const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });

/** @returns undefined where no folder was picked */
async function browse({ dialogs }: Asking): Promise<FoundModel | RefusedModel | undefined> {
  const uri = await dialogs.folder({ title: 'The folder of a model', openLabel: 'Use as Model' });
  if (!uri) return undefined;
  const { fsPath: folder } = uri;
  const found = await lookAtModel(folder, nameOf(folder));
  return (
    found ?? {
      folder,
      name: nameOf(folder),
      refused: `${nameOf(folder)} is no model: it has no config.json with *.safetensors.`,
    }
  );
}
