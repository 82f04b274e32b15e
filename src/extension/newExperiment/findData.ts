import { readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { toLabError } from '../../shared/errors';
import { mapAtMost } from '../../shared/mapAtMost';
import { dataSetOf, dataSetsOf, type DataSet } from './dataSets';
import { skippedFolders } from './findModels';
import { dataEndings, peekData, type DataPeek } from './peekData';

/** A data set with what its training part holds, or why it cannot be read. */
export type FoundData = DataSet & ({ readonly peek: DataPeek } | { readonly refused: string });

const mostFiles = 500;
/** More are not looked into before one of them is chosen: the list must come soon. */
const mostSets = 80;
/** Between two of them the window goes on. */
const mostAtOnce = 4;

/** The data sets of the workspace: those that are plainly data, and JSON files that are arrays. */
export async function findData(): Promise<FoundData[]> {
  const find = (glob: string): Thenable<vscode.Uri[]> =>
    vscode.workspace.findFiles(glob, skippedFolders, mostFiles);
  const [plain, json] = await Promise.all([find('**/*.{jsonl,csv,tsv,parquet}'), find('**/*.json')]);
  const sets = [
    ...dataSetsOf(plain.map(({ fsPath }) => fsPath)),
    ...dataSetsOf(json.map(({ fsPath }) => fsPath)),
  ].slice(0, mostSets);
  const found = await mapAtMost(mostAtOnce, sets, lookAtData);
  // What is no array of objects is the settings of something.
  return found.filter((one) => 'peek' in one || extname(one.train) !== '.json');
}

/** A file that was picked by hand, with the parts that lie beside it. */
export async function pickedData(file: string): Promise<FoundData> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => [] as string[]);
  const beside = names.filter((name) => dataEndings.some((ending) => name.endsWith(`.${ending}`)));
  return lookAtData(
    dataSetOf(
      file,
      beside.map((name) => join(folder, name)),
    ),
  );
}

async function lookAtData(set: DataSet): Promise<FoundData> {
  try {
    return { ...set, peek: await peekData(set.train) };
  } catch (thrown) {
    const { message, next } = toLabError(thrown);
    return { ...set, refused: `${message} ${next}` };
  }
}
