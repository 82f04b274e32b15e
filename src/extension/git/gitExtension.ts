import * as vscode from 'vscode';
import { LabError } from '../../shared/errors';

/** The part of the built-in git extension's API (version 1) that is used. */
export interface GitApi {
  /** The git program that the user told VS Code to use, or that it found. */
  readonly git: { readonly path: string };
  /** The uri of a file as it is in a commit. */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
  getRepository(uri: vscode.Uri): GitRepository | null;
  openRepository(root: vscode.Uri): Promise<GitRepository | null>;
}

export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly name?: string; readonly commit?: string } | undefined;
  };
  /** Looks at the repository anew. */
  status(): Promise<void>;
  /** The text of a file in a commit; rejects where it is not in it. */
  show(ref: string, path: string): Promise<string>;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** @throws LabError `git-failed` where the git extension is off or has no git */
export async function gitApi(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  const git = extension && (await extension.activate());
  if (git?.enabled) return git.getAPI(1);
  throw new LabError(
    'git-failed',
    "VS Code's git support is switched off.",
    'Enable the built-in Git extension and the setting git.enabled.',
  );
}
