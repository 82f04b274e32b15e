import { basename, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { provenancePath, provenanceText } from '../../configs/provenance';
import { writeFileAtomic } from '../../files/atomic';
import { commitOnly, findRepository } from '../../files/git';
import { newestPlannedRun } from '../../files/runRecords';
import { commitFacts, noPlan } from '../../planning/commitFacts';
import { commitMessage } from '../../planning/commitMessage';
import { LabError } from '../../shared/errors';
import { gitApi, type GitApi, type GitRepository } from '../git/gitExtension';
import { reviewMessage, showDiff } from '../git/reviewCommit';
import { requireTrust } from '../trust';
import type { Parts } from './parts';

/**
 * Commits an experiment's plan with its provenance, after the user saw what will be committed. Nothing else of the
 * repository is touched: what is staged stays staged.
 *
 * @returns the commit's id; undefined where the user declines
 */
export async function commitPlan(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  requireTrust();
  const { experiment } = await parts.experiments.open(uri);
  const records = await newestPlannedRun(uri.fsPath);
  if (!records) throw noPlan(uri.fsPath);
  const facts = commitFacts(uri.fsPath, experiment, records);
  const api = await gitApi();
  const repository = await repositoryOf(api, uri);
  const root = repository.rootUri.fsPath;
  const paths = [uri.fsPath, provenancePath(uri.fsPath)];
  await showDiff(api, repository, uri);
  const names = paths.map((path) => relative(root, path).split(sep).join('/'));
  const message = await reviewMessage(parts.dialogs, branchOf(repository), names, commitMessage(facts));
  if (message === undefined) return undefined;
  // Only now: a file that is left behind by a commit that was declined would be in the user's way.
  await writeFileAtomic(provenancePath(uri.fsPath), provenanceText(facts));
  const hash = await commitOnly({ repository: root, paths, message, git: api.git.path });
  await repository.status();
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
