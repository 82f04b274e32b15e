import * as vscode from 'vscode';
import { LabError } from '../../shared/errors';

/** Why no plan may be changed in this window; undefined where one may. */
export const restricted = (): string | undefined =>
  vscode.workspace.isTrusted
    ? undefined
    : 'This window is in Restricted Mode. Trust the workspace to edit the plan.';

/** The same where a change was asked for all the same. */
export const restrictedError = (reason: string): LabError =>
  new LabError('restricted-mode', reason, 'Then change the plan.');
