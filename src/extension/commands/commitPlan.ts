import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { provenancePath, provenanceText } from '../../configs/provenance';
import { commitWith } from '../../files/commitFiles';
import { diffOf, findRepository, isOfRepository } from '../../files/git';
import { newestPlannedRun, readVerdicts } from '../../files/runRecords';
import { commitFacts, noPlan } from '../../planning/commitFacts';
import { commitMessage } from '../../planning/commitMessage';
import { LabError } from '../../shared/errors';
import { gitApi, type GitApi, type GitRepository } from '../git/gitExtension';
import { isInHead, reviewMessage, showDiffs } from '../git/reviewCommit';
import { saveChanges } from '../saveChanges';
import { requireTrust } from '../trust';
import type { Parts } from './parts';

/**
 * Commits an experiment's plan with its provenance, and the trainer's config that it was written to, after the user saw what
 * will be committed. Nothing else of the repository is touched: what is staged stays staged.
 *
 * @returns the commit's id; undefined where the user declines, or where it is all committed already
 */
export async function commitPlan(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  requireTrust();
  const { experiment } = await parts.experiments.open(uri);
  const records = await newestPlannedRun(uri.fsPath);
  if (!records) throw noPlan(uri.fsPath);
  const facts = commitFacts(uri.fsPath, experiment, records, await readVerdicts(uri.fsPath));
  const api = await gitApi();
  const repository = await repositoryOf(api, uri);
  const root = repository.rootUri.fsPath;
  const config = await changedTarget(api, uri, experiment.targetConfig);
  const own = [uri.fsPath, ...config];
  const paths = [...own, provenancePath(uri.fsPath)];
  const provenance = provenanceText(facts);
  if (await isCommitted(api, repository, paths, provenance)) {
    void parts.presenter.offer('information', `The plan of ${basename(uri.fsPath)} is committed already.`);
    return undefined;
  }
  const closeDiff = await showDiffs(
    api,
    repository,
    own.map((path) => vscode.Uri.file(path)),
  );
  const names = paths.map((path) => relative(root, path).split(sep).join('/'));
  const message = await reviewMessage(parts.dialogs, branchOf(repository), names, commitMessage(facts));
  if (message === undefined) {
    await closeDiff();
    return undefined;
  }
  // Only now: a file that is left behind by a commit that was declined would be in the user's way.
  const hash = await commitWith(
    { path: provenancePath(uri.fsPath), text: provenance },
    { repository: root, paths: own, message, git: api.git.path },
  );
  await repository.status();
  // It would show no difference any more, in front of the page that it was asked for from.
  await closeDiff();
  void parts.presenter.offer(
    'information',
    `Committed the plan of ${basename(uri.fsPath)} as ${hash.slice(0, 8)}.`,
    {
      title: 'Show Changes',
      run: () => vscode.commands.executeCommand('workbench.view.scm'),
    },
  );
  return hash;
}

/** Whether the last commit holds these files as they are, and the provenance as it would be written. */
async function isCommitted(
  api: GitApi,
  repository: GitRepository,
  paths: readonly string[],
  provenance: string,
): Promise<boolean> {
  const written = await readFile(provenancePath(paths[0] ?? ''), 'utf8').catch(() => undefined);
  if (written !== provenance) return false;
  const known = await Promise.all(paths.map((path) => isInHead(repository, path)));
  const files = { repository: repository.rootUri.fsPath, paths, git: api.git.path };
  return known.every(Boolean) && (await diffOf(files)) === '';
}

/**
 * The trainer's config where it belongs to the commit: one of this repository, not ignored, that differs from the last commit.
 * Changes that are not saved yet are saved, as the experiment's are.
 */
async function changedTarget(
  { git: { path: git } }: GitApi,
  experiment: vscode.Uri,
  target: string | undefined,
): Promise<string[]> {
  if (target === undefined || !existsSync(target)) return [];
  const repository = await findRepository(experiment.fsPath, git);
  if (!(await isOfRepository(repository, target, git))) return [];
  // The last commit's file, which a comparison has open, has the same path.
  const open = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'file' && uri.fsPath === target,
  );
  if (open) await saveChanges(open);
  return (await diffOf({ repository, paths: [target], git })) === '' ? [] : [target];
}

/** The git extension's repository of a file; it knows most already, and is shown the others. */
async function repositoryOf(api: GitApi, uri: vscode.Uri): Promise<GitRepository> {
  const root = await findRepository(uri.fsPath, api.git.path);
  const repository = api.getRepository(uri) ?? (await api.openRepository(vscode.Uri.file(root)));
  if (repository) return repository;
  throw new LabError(
    'git-failed',
    `VS Code's git support does not open the repository ${root}.`,
    'Open it in the Source Control view, which may ask whether you trust its owner.',
  );
}

const branchOf = ({ state }: GitRepository): string =>
  state.HEAD?.name ?? (state.HEAD?.commit ? `the detached commit ${state.HEAD.commit.slice(0, 8)}` : 'HEAD');
