import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../configs/experiment/experiment';
import { parseExperiment } from '../../configs/experiment/parse';
import { positionAt } from '../../configs/text/yamlText';
import { parsed } from '../editor/parsed';

/** An experiment as it stands: in its editor where it is open, else on disk. */
export interface ExperimentNow {
  /** Its file's name. */
  readonly name: string;
  readonly experiment: Experiment | undefined;
  /** Why there is none, in a sentence. */
  readonly problem: string | undefined;
  /** Whether the file itself is not there. */
  readonly isGone: boolean;
}

/** Never rejects. */
export async function experimentNow({ fsPath }: vscode.Uri): Promise<ExperimentNow> {
  const name = basename(fsPath);
  const open = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'file' && uri.fsPath === fsPath,
  );
  const text = open?.getText() ?? (await readFile(fsPath, 'utf8').catch(() => undefined));
  if (text === undefined) {
    const problem = `The experiment ${name} is not there any more.`;
    return { name, experiment: undefined, problem, isGone: true };
  }
  const { experiment, issues } = open ? parsed(open) : parseExperiment(text, fsPath);
  if (experiment) return { name, experiment, problem: undefined, isGone: false };
  const error = issues.find(({ severity }) => severity === 'error');
  const line = positionAt(text, error?.range.start ?? 0).line + 1;
  const problem = `${name} has an error in line ${line}. Correct it to edit the plan.`;
  return { name, experiment, problem, isGone: false };
}
