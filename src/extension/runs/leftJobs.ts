import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { canResume, runFiles } from '../../files/runs';
import { leftPiecesWords } from '../../shared/executorWords';
import { jobTitles } from '../../shared/jobTitles';
import type { Parts } from '../commands/parts';
import { findExperiments } from '../experiments';
import { ours } from '../presenter';
import type { Target } from '../commands/target';

/**
 * Says once which runs were left to a cluster when their window was closed, with a button that takes them up: the newest of each
 * experiment. Nothing goes on unasked, since that starts programs.
 */
export async function offerLeftJobs({
  jobs,
  presenter,
  runs,
}: Pick<Parts, 'jobs' | 'presenter' | 'runs'>): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  for (const experiment of await findExperiments()) {
    const [run] = await runs.folders(experiment);
    if (run === undefined || run === jobs.active?.run || !(await hasPieces(run))) continue;
    const state = await runs.run(run).then(
      (read) => read.state,
      // It says itself what is wrong with it, where it is shown.
      () => undefined,
    );
    if (
      state === undefined ||
      state.status === 'running' ||
      state.pieces === undefined ||
      !(await canResume(run))
    )
      continue;
    const target: Target = { experiment, run };
    const of = `${jobTitles[state.job ?? 'run']} of ${basename(experiment)}`;
    void presenter.offer(
      'information',
      `${of}: ${leftPiecesWords(state.pieces)}.`,
      ours('adapterLab.resume', 'Resume', target),
    );
  }
}

const hasPieces = (run: string): Promise<boolean> =>
  stat(join(run, runFiles.pieces)).then(
    () => true,
    () => false,
  );
