import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { StepItem, StepOptions } from '../dialogs';
import { headOf, type Answers, type Asking, type ReadableData } from './answers';
import { columnText, rowsText } from './dataWords';
import { pickedData, type FoundData } from './findData';
import type { Question } from './inTurn';
import { dataEndings } from './peekData';
import { withoutIcons } from '../labels';

interface DataItem extends StepItem {
  readonly data?: ReadableData;
  readonly act?: 'browse' | 'several';
}

/** What is scored and trained on: one data set, or several, each a task. */
export const askData = (asking: Asking): Question<Answers> => ({
  ask: async (state, place) => {
    let many = false;
    let refused: string | undefined;
    for (;;) {
      const question = many ? 'Data sets; each becomes a task' : 'Data of the task that adapters are for';
      const items = asking.data.then((found) => itemsOf(found, state, many));
      const head = headOf(asking, state, place, refused ?? question);
      const options: StepOptions = { ...head, many, canGoBack: place.canGoBack || many };
      const picked = await asking.dialogs.step(items, options);
      if (picked === undefined) return undefined;
      if (picked === 'back') {
        if (!many) return 'back';
        many = false;
        continue;
      }
      const data = picked.flatMap((item) => item.data ?? []);
      if (data.length > 0) return withData(state, data);
      many = picked[0]?.act === 'several';
      refused = undefined;
      if (many) continue;
      const browsed = await browse(asking);
      if (browsed && 'peek' in browsed) return withData(state, [browsed]);
      refused = browsed?.refused;
    }
  },
});

const withData = (state: Answers, data: readonly ReadableData[]): Answers => ({
  ...state,
  data,
  columns: [],
  notes: [],
});

function itemsOf(found: readonly FoundData[], { ability }: Answers, many: boolean): DataItem[] {
  const fits = (one: FoundData): boolean =>
    'peek' in one && (ability === 'images') === one.peek.columns.some(({ name }) => name === 'pixel_values');
  const sorted = [...found].sort((a, b) => Number(fits(b)) - Number(fits(a)));
  const readable = sorted.filter((one) => 'peek' in one);
  if (many) return readable.map(itemOf);
  const browse: DataItem = {
    label: '$(folder-opened) Browse…',
    detail:
      found.length > 0
        ? 'Another file of this machine'
        : `Data is a file of rows, one sample each: ${dataEndings.map((ending) => `.${ending}`).join(', ')}; put one into the workspace, or pick it`,
    alwaysShow: true,
    act: 'browse',
  };
  const several: DataItem = {
    label: '$(checklist) Several Tasks…',
    detail: 'Each data set becomes a task, and scores are shares of their task',
    act: 'several',
  };
  return [
    ...sorted.map(itemOf),
    { label: found.length > 0 ? 'More' : 'No data was found', kind: vscode.QuickPickItemKind.Separator },
    ...(readable.length > 1 ? [several] : []),
    browse,
  ];
}

function itemOf(data: FoundData): DataItem {
  const { name, train, validation, test } = data;
  const parts = [vscode.workspace.asRelativePath(train), validation, test].flatMap((file, index) =>
    file === undefined ? [] : index === 0 ? file : basename(file),
  );
  const description = parts.join(', ');
  if ('refused' in data) {
    const { refused } = data;
    return { label: `$(circle-slash) ${withoutIcons(name)}`, description, detail: refused, refused };
  }
  const columns = data.peek.columns.map(columnText).join(', ');
  return { label: name, description, detail: `${rowsText(data.peek)}: ${columns}`, data };
}

/** @returns undefined where no file was picked */
async function browse({ dialogs }: Asking): Promise<FoundData | undefined> {
  const filters = { Data: [...dataEndings] };
  const uri = await dialogs.file({ title: 'Data of the task', openLabel: 'Use as Data', filters });
  return uri && pickedData(uri.fsPath);
}
