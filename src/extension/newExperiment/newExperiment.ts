import { dirname } from 'node:path';
import { makeFolder } from '../../files/makeFolder';
import * as vscode from 'vscode';
import { parseExperiment } from '../../configs/experiment/parse';
import { createFile } from '../../files/createFile';
import { systemCode } from '../../files/fileError';
import { LabError } from '../../shared/errors';
import type { Parts } from '../commands/parts';
import { requireTrust } from '../trust';
import type { Answers, Asking } from './answers';
import { columnQuestions } from './askColumns';
import { askData } from './askData';
import { askFile, rootOf } from './askFile';
import { askModel } from './askModel';
import { askBudget, askMethod, draftOf, notValid } from './askPlan';
import { experimentText } from './experimentText';
import { findData } from './findData';
import { findModels } from './findModels';
import { inTurn } from './inTurn';

/**
 * Asks for model, data, columns, method, budget and name, and writes an experiment of them. Until then nothing is written.
 *
 * @returns the file, which is open; undefined where the user gives up
 * @throws LabError restricted-mode, not-writable
 */
export async function newExperiment({ dialogs }: Pick<Parts, 'dialogs'>): Promise<vscode.Uri | undefined> {
  requireTrust();
  const asking: Asking = { dialogs, title: 'New Experiment', ...lookedFor() };
  const before = [askModel(asking), askData(asking)];
  const behind = [askMethod(asking), askBudget(asking), askFile(asking)];
  const answers = await inTurn<Answers>({ columns: [], notes: [] }, (state) => [
    ...before,
    ...columnQuestions(asking, state),
    ...behind,
  ]);
  if (!answers) return undefined;
  const { model, file } = answers;
  if (!model || file === undefined) return undefined;
  const uri = await writeExperiment(file, experimentText(draftOf(answers, model, file, rootOf(answers))));
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

/** The search begins before the first question is asked. */
export function lookedFor(): Pick<Asking, 'models' | 'data'> {
  const found = { models: findModels(), data: findData() };
  // Whoever gives up before it is there does not want to hear why it would have failed.
  for (const one of Object.values(found)) one.catch(() => undefined);
  return found;
}

/**
 * Writes an experiment that is not there yet.
 *
 * @throws LabError not-writable where it is there, internal where the text is none
 */
export async function writeExperiment(file: string, text: string): Promise<vscode.Uri> {
  const { issues } = parseExperiment(text, file);
  if (issues.length > 0) throw notValid(issues[0]?.message);
  await makeFolder(dirname(file));
  try {
    await createFile(file, text);
  } catch (thrown) {
    // It came about since the name was asked for.
    if (systemCode(thrown) === 'EEXIST') throw isThere(file);
    throw thrown;
  }
  return vscode.Uri.file(file);
}

const isThere = (file: string): LabError =>
  new LabError('not-writable', `${file} is there already.`, 'Choose another name.');
