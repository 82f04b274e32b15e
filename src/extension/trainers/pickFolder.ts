import type * as vscode from 'vscode';
import { readBaseModel } from '../../files/baseModel';
import { rememberModelFolder } from '../settings';
import type { TrainerParts } from './parts';

/**
 * Lets the user pick the folder of a base model that a config names, checks that it is a model, and remembers it for this
 * workspace. What goes wrong is shown, with the same button again.
 *
 * @returns the folder; undefined where none was picked
 */
export async function pickFolder(
  parts: Pick<TrainerParts, 'dialogs' | 'presenter'>,
  name: string,
): Promise<string | undefined> {
  try {
    const folder = await parts.dialogs.folder({
      title: `The folder of ${name}`,
      openLabel: 'Use as Base Model',
    });
    if (!folder) return undefined;
    await readBaseModel(folder.fsPath);
    await rememberModelFolder(name, folder.fsPath);
    return folder.fsPath;
  } catch (thrown) {
    parts.presenter.error(thrown, { title: 'Pick Folder…', run: () => pickFolder(parts, name) });
    return undefined;
  }
}

/** Says once for each file and name that the base model is nowhere. */
export class MissingModels {
  private readonly told = new Set<string>();

  constructor(private readonly parts: Pick<TrainerParts, 'dialogs' | 'presenter'>) {}

  tell(document: vscode.TextDocument, name: string): void {
    const key = `${document.uri.toString()}\n${name}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    void this.parts.presenter.offer(
      'information',
      `The base model ${name} is not on this machine, so counts and checks by module are left out.`,
      { title: 'Pick Folder…', run: () => pickFolder(this.parts, name) },
    );
  }
}
