import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../../files/runs';
import { appendRequest, readRequests } from '../../files/searchRequests';
import { refusalOf } from '../../search/byHand';
import { readStudy } from '../../search/journal';
import type { Study } from '../../search/study';
import { LabError, toLabError } from '../../shared/errors';
import { capital } from '../../shared/format';
import { pointWords } from '../../shared/searchWords';
import type { Steering } from '../../shared/webviewProtocol';
import type { Parts } from '../commands/parts';
import type { Target } from '../commands/target';
import { manifestOf } from '../runs/orphan';
import { requireTrust } from '../trust';

/**
 * Asks something of the search of a run, whoever runs it: this window, another one, or the command line.
 *
 * @throws LabError restricted-mode; option-invalid where it makes no sense now
 */
export async function steer(parts: Parts, uri: vscode.Uri, run: string, steering: Steering): Promise<void> {
  requireTrust();
  const { state } = await parts.runs.run(run);
  const isRunning = state.status === 'running';
  if (steering.type === 'add') {
    if ((await manifestOf(run))?.recorded === true) throw recorded();
    const refusal = refusalOf(await studyOf(run), steering.point, (await readRequests(run)).waiting);
    if (refusal !== undefined) throw refusal;
  } else if (!isRunning || (state.job !== 'search' && state.search === undefined)) {
    throw new LabError(
      'option-invalid',
      `No search of ${basename(uri.fsPath)} is running.`,
      'Start one with Search Ranks, or resume the one that was stopped.',
    );
  }
  await appendRequest(run, steering);
  parts.panels.look(run);
  if (steering.type !== 'add' || isRunning) return;
  // This very run: a newer one may be there, or be shown.
  const target: Target = { experiment: uri.fsPath, run };
  const words = `${capital(pointWords(steering.point))} is tried first when the search goes on.`;
  void parts.presenter.offer('information', words, {
    title: 'Resume',
    run: () => vscode.commands.executeCommand('adapterLab.resume', target),
  });
}

/** @throws LabError option-invalid before there is a trial */
export async function studyOf(run: string): Promise<Study> {
  try {
    return await readStudy(join(run, runFiles.trials));
  } catch (thrown) {
    if (toLabError(thrown).code !== 'run-not-found') throw thrown;
    throw new LabError(
      'option-invalid',
      'This run has no search that has come to its trials.',
      'Search the ranks, and add a trial once the layers are scored.',
    );
  }
}

const recorded = (): LabError =>
  new LabError('option-invalid', 'This search was recorded elsewhere.', 'Search the ranks yourself first.');
