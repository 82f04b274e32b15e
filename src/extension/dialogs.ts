import * as vscode from 'vscode';

export interface Question {
  readonly kind: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly detail?: string;
  /** Stops everything until it is answered. */
  readonly modal?: boolean;
  readonly buttons: readonly string[];
}

/** A choice of one question of several. */
export interface StepItem extends vscode.QuickPickItem {
  /** Why it cannot be chosen; shown to who tries. */
  readonly refused?: string | undefined;
}

/** One question of several, as its head says. */
export interface StepOptions {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
  readonly placeHolder?: string;
  /** Several can be chosen. */
  readonly many?: boolean;
}

/** A line that is typed as the answer to one question of several. */
export interface LineOptions extends StepOptions {
  readonly prompt: string;
  readonly value: string;
  /** What of the value is marked; all of it where absent. */
  readonly selection?: [number, number] | undefined;
  /** What is wrong with a line; undefined where it is right. */
  validate(line: string): string | undefined | Promise<string | undefined>;
}

/** What the user is shown and asked. Tests in a host that refuses dialogs give answers of their own. */
export interface Dialogs {
  /** The button that was pressed, or undefined where it was closed. */
  ask(question: Question): Promise<string | undefined>;
  input(options: vscode.InputBoxOptions): Promise<string | undefined>;
  pick<T extends vscode.QuickPickItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: vscode.QuickPickOptions,
  ): Promise<T | undefined>;
  /** One question of several: what was chosen, at least one. */
  step<T extends StepItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: StepOptions,
  ): Promise<readonly T[] | 'back' | undefined>;
  /** The same for an answer that is typed. */
  line(options: LineOptions): Promise<string | 'back' | undefined>;
  /** A folder of the disk. */
  folder(options: vscode.OpenDialogOptions): Promise<vscode.Uri | undefined>;
  /** A file that is there. */
  file(options: vscode.OpenDialogOptions): Promise<vscode.Uri | undefined>;
  /** A file to be written. */
  save(options: vscode.SaveDialogOptions): Promise<vscode.Uri | undefined>;
  /** Opens a folder: in this window where it has none yet, else in another one. */
  open(folder: vscode.Uri): Promise<void>;
}

/** VS Code's own dialogs. */
export const dialogs: Dialogs = {
  ask: async ({ kind, message, detail, modal = false, buttons }) => {
    const options: vscode.MessageOptions = { modal, ...(detail === undefined ? {} : { detail }) };
    switch (kind) {
      case 'information':
        return vscode.window.showInformationMessage(message, options, ...buttons);
      case 'warning':
        return vscode.window.showWarningMessage(message, options, ...buttons);
      case 'error':
        return vscode.window.showErrorMessage(message, options, ...buttons);
    }
  },
  input: async (options) => vscode.window.showInputBox(options),
  pick: async (items, options) => vscode.window.showQuickPick(items, options),
  step: async (items, options) => (await import('./onDemand')).showStep(items, options),
  line: async (options) => (await import('./onDemand')).showLine(options),
  folder: async (options) =>
    (await vscode.window.showOpenDialog({ ...options, canSelectFiles: false, canSelectFolders: true }))?.[0],
  file: async (options) => (await vscode.window.showOpenDialog(options))?.[0],
  save: async (options) => vscode.window.showSaveDialog(options),
  open: async (folder) => {
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow });
  },
};
