import * as vscode from 'vscode';
import { LabError } from '../shared/errors';

/**
 * Everything that runs a program or writes into the workspace begins with this.
 *
 * @throws LabError `restricted-mode` in a window that is not trusted
 */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new LabError(
    'restricted-mode',
    'This window is in Restricted Mode, in which Adapter Lab shows runs but starts nothing.',
    'Trust the workspace, then try again.',
  );
}
