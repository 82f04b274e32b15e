import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Dialogs } from '../dialogs';
import type { GitApi, GitRepository } from './gitExtension';

const buttons = { commit: 'Commit', edit: 'Edit Message' } as const;

/** Whether the last commit has a file. */
export const isInHead = (repository: GitRepository, path: string): Promise<boolean> =>
  repository.show('HEAD', path).then(
    () => true,
    () => false,
  );

/**
 * Shows what a commit of files would change, beside nothing else: against the last commit, or as a whole where one is new.
 * The first one has the focus.
 *
 * @returns closes the differences again, unless they were open before
 */
export async function showDiffs(
  api: GitApi,
  repository: GitRepository,
  files: readonly vscode.Uri[],
): Promise<() => Promise<void>> {
  const opened: vscode.Uri[] = [];
  for (const [place, file] of [...files.entries()].reverse()) {
    if (diffTabs(file).length === 0) opened.push(file);
    // A preview is replaced by the next one.
    const options: vscode.TextDocumentShowOptions = { preview: files.length === 1, preserveFocus: place > 0 };
    if (await isInHead(repository, file.fsPath)) {
      const title = `${basename(file.fsPath)} (HEAD ↔ Working Tree)`;
      await vscode.commands.executeCommand('vscode.diff', api.toGitUri(file, 'HEAD'), file, title, options);
    } else {
      await vscode.window.showTextDocument(file, options);
    }
  }
  return async () => {
    for (const file of opened) await vscode.window.tabGroups.close(diffTabs(file), true);
  };
}

const diffTabs = (file: vscode.Uri): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && input.modified.toString() === file.toString(),
    );

/**
 * Asks whether to commit, with what will be in the commit before the user's eyes. The subject can be edited; the trailers
 * that say where the plan comes from stay.
 *
 * @returns the message to commit with, or undefined where the user declines
 */
export async function reviewMessage(
  dialogs: Dialogs,
  branch: string,
  files: readonly string[],
  proposed: string,
): Promise<string | undefined> {
  let message = proposed;
  for (;;) {
    const [subject = ''] = message.split('\n', 1);
    const answer = await dialogs.ask({
      kind: 'information',
      message: `Commit the plan on ${branch}?`,
      detail: `${subject}\n\n${files.join('\n')}\n\nWhat else is staged stays staged and is not committed.`,
      modal: true,
      buttons: [buttons.commit, buttons.edit],
    });
    if (answer === buttons.commit) return message;
    if (answer !== buttons.edit) return undefined;
    const edited = await dialogs.input({
      title: 'Commit Plan',
      prompt: 'First line of the commit message; where the plan comes from follows below it.',
      value: subject,
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === '' ? 'A commit needs a subject.' : undefined),
    });
    // Escape goes back to the question, which can be declined there.
    if (edited !== undefined) message = edited.trim() + message.slice(subject.length);
  }
}
