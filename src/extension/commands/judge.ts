import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { LabError } from '../../shared/errors';
import { isWorthKeeping } from '../../shared/verdictWords';
import { requireTrust } from '../trust';
import type { Parts } from './parts';
import { tellEnd, work } from './scoreLayers';

/**
 * Trains an experiment's plan and its controls over the same seeds, into a new run that is shown beside the text, and says
 * whether the plan is better.
 *
 * @returns the run's folder; undefined where another run is in progress
 * @throws LabError plan-missing
 */
export async function judge(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  requireTrust();
  const { experiment } = await parts.experiments.open(uri);
  if (experiment.plan === undefined) {
    throw new LabError(
      'plan-missing',
      `${basename(uri.fsPath)} has no plan that could be judged.`,
      'Run Allocate first.',
    );
  }
  return tellJudged(parts, uri, await work(parts, uri, 'judge'));
}

/** What a judging ends with: the verdict in its own words. */
export async function tellJudged(
  parts: Parts,
  uri: vscode.Uri,
  run: string | undefined,
): Promise<string | undefined> {
  if (run === undefined) return undefined;
  const { verdict } = (await parts.runs.run(run)).state;
  if (verdict !== undefined) {
    const next = isWorthKeeping(verdict) ? 'adapterLab.commitPlan' : undefined;
    tellEnd(parts, uri, run, `${basename(uri.fsPath)}: ${verdict.words}`, next);
  }
  return run;
}
