import * as vscode from 'vscode';

export interface Question {
  readonly kind: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly detail?: string;
  /** Stops everything until it is answered. */
  readonly modal?: boolean;
  readonly buttons: readonly string[];
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
  /** A folder of the disk. */
  folder(options: vscode.OpenDialogOptions): Promise<vscode.Uri | undefined>;
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
  folder: async (options) =>
    (await vscode.window.showOpenDialog({ ...options, canSelectFiles: false, canSelectFolders: true }))?.[0],
};
