import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as vscode from 'vscode';
import { experimentEnding } from '../../shared/ids';
import { stepOf, type Answers, type Asking } from './answers';
import { experimentFile } from './experimentText';
import type { Question } from './inTurn';

/** Where the experiment is written; a file that is there is never the answer. */
export const askFile = (asking: Asking): Question<Answers> => ({
  ask: async (state, place) => {
    const root = rootOf(state);
    const proposed = relative(root, experimentFile(join(root, `${nameFor(state)}.yaml`), existsSync));
    const line = await asking.dialogs.line({
      ...stepOf(asking, place),
      value: proposed,
      selection: [0, proposed.length - experimentEnding.length],
      prompt: `Name of the experiment's file in ${basename(root)}; its runs are kept beside it`,
      validate: (typed) => wrongWith(typed, root),
    });
    if (line === undefined || line === 'back') return line;
    return { ...state, file: fileOf(line, root) };
  },
});

/** The folder that is open and holds the data; that of the data where none does. */
export function rootOf({ data = [], model }: Pick<Answers, 'data' | 'model'>): string {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const holds = (path: string | undefined): string | undefined =>
    folders.find((folder) => path !== undefined && (path === folder || path.startsWith(`${folder}${sep}`)));
  const [first] = data;
  return holds(first?.train) ?? holds(model?.folder) ?? folders[0] ?? dirname(first?.train ?? '.');
}

/** The absolute path that was typed, with the ending that makes it an experiment. */
function fileOf(typed: string, root: string): string {
  const name = typed.trim().replace(/(?:\.adapter)?(?:\.ya?ml)?$/, '');
  return resolve(root, `${name}${experimentEnding}`);
}

function wrongWith(typed: string, root: string): string | undefined {
  const name = typed.trim();
  if (name === '' || /(?:^|[\\/])(?:\.adapter)?(?:\.ya?ml)?$/.test(name))
    return 'Give the experiment a name.';
  const file = fileOf(name, root);
  if (existsSync(file)) return `${basename(file)} is there already. Choose another name.`;
  const path = relative(root, file);
  const isOutside = path.startsWith('..') || isAbsolute(path);
  return isOutside
    ? `${file} lies outside of ${basename(root)}, where the editor does not find it.`
    : undefined;
}

function nameFor({ data = [] }: Answers): string {
  const name = data
    .slice(0, 3)
    .map((one) => one.name)
    .join('-');
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'experiment';
}
