import * as vscode from 'vscode';
import type { Experiment } from '../configs/experiment/experiment';
import { LabError } from '../shared/errors';
import { experimentEnding, experimentGlob } from '../shared/ids';
import type { Dialogs } from './dialogs';
import { parsed } from './editor/parsed';
import { saveChanges } from './saveChanges';
import { isExperiment } from './trainers/recognize';

/** More experiments than this are no list that anybody reads. */
const mostExperiments = 500;

/** Absolute paths of the workspace's experiments. */
export async function findExperiments(): Promise<string[]> {
  const found = await vscode.workspace.findFiles(experimentGlob, '**/node_modules/**', mostExperiments);
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

/** An experiment that is saved, without errors, and open. */
export interface OpenExperiment {
  readonly document: vscode.TextDocument;
  readonly experiment: Experiment;
}

/** Finds the experiment that a command is about. */
export class Experiments {
  /** @param shown the experiment whose page has the focus, if one has */
  constructor(
    private readonly dialogs: Dialogs,
    private readonly shown: () => vscode.Uri | undefined,
  ) {}

  /**
   * The experiment that a command was given, else the one before the user's eyes, else the only one there is, else the one
   * the user picks.
   *
   * @returns undefined where the user picks none
   * @throws LabError `experiment-missing` where there is none
   */
  async target(given: unknown): Promise<vscode.Uri | undefined> {
    if (given instanceof vscode.Uri && isExperiment(given)) return given;
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const inEditor = [activeTextEditor, ...visibleTextEditors].map((editor) => editor?.document.uri);
    // A page has the focus only while no text editor has.
    const seen = activeTextEditor ? inEditor : [this.shown(), ...inEditor];
    return seen.find((uri) => uri && isExperiment(uri)) ?? this.shown() ?? this.choose();
  }

  /**
   * Opens an experiment, saves it and checks it. Its first error is shown where it is.
   *
   * @throws LabError the first error, with its place
   */
  async open(uri: vscode.Uri): Promise<OpenExperiment> {
    const document = await openDocument(uri);
    await saveChanges(document);
    const { experiment, issues } = parsed(document);
    if (experiment) return { document, experiment };
    const issue = issues.find(({ severity }) => severity === 'error');
    const range = new vscode.Range(
      document.positionAt(issue?.range.start ?? 0),
      document.positionAt(issue?.range.end ?? 0),
    );
    await vscode.window.showTextDocument(document, { selection: range });
    throw new LabError(
      issue?.code ?? 'experiment-invalid',
      `${name(uri)}, line ${range.start.line + 1}: ${issue?.message ?? 'The experiment is not valid.'}`,
      issue?.next ?? 'Correct the file.',
    );
  }

  private async choose(): Promise<vscode.Uri | undefined> {
    const found = await vscode.workspace.findFiles(experimentGlob, '**/node_modules/**', 200);
    const [only] = found;
    if (!only) {
      throw new LabError(
        'experiment-missing',
        'There is no experiment in this workspace.',
        `Make one with New Experiment, or create a file whose name ends in ${experimentEnding}.`,
      );
    }
    if (found.length === 1) return only;
    const items = found
      .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
      .sort((a, b) => a.label.localeCompare(b.label));
    const picked = await this.dialogs.pick(items, { placeHolder: 'Which experiment?' });
    return picked?.uri;
  }
}

async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (thrown) {
    throw new LabError('experiment-missing', `${uri.fsPath} cannot be opened.`, 'Check its path.', {
      cause: thrown,
    });
  }
}

const name = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);
