import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { makeFolder } from '../../files/makeFolder';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../files/atomic';
import { hashFile, hashModelFolder } from '../../files/hash';
import { readModelFolder } from '../../files/modelFolder';
import { newRunFolder, runFiles } from '../../files/runs';
import { parseGivenScores } from '../../planning/imports/givenScores';
import { importedRunFiles } from '../../planning/imports/importedRun';
import { importScores as importOn } from '../../planning/imports/importScores';
import { version } from '../../shared/version';
import { requireTrust } from '../trust';
import type { PlanParts } from './planCommands';
import { configGiven } from './recognize';

/**
 * Takes scores that another program measured as a run of an experiment, from which a plan is made as from any other.
 *
 * @returns the run's folder; undefined where the user gives up
 */
export async function importScores(parts: PlanParts, given: unknown): Promise<string | undefined> {
  requireTrust();
  const config = configGiven(given, vscode.window.activeTextEditor?.document);
  const [linked] = config ? await parts.linked.of(config.fsPath) : [];
  const uri = linked?.uri ?? (await parts.experiments.target(given));
  if (!uri) return undefined;
  const { experiment } = await parts.experiments.open(uri);
  const file = await parts.dialogs.file({
    title: `Scores for ${basename(uri.fsPath)}`,
    openLabel: 'Import',
    filters: { Scores: ['csv', 'tsv', 'json'] },
  });
  if (!file) return undefined;
  const model = await readModelFolder(experiment.model);
  const imported = importOn(
    parseGivenScores(await readFile(file.fsPath, 'utf8'), basename(file.fsPath)),
    model.modules,
    {
      model: basename(experiment.model),
      modelHash: await hashModelFolder(model),
      // A plan is made from scores of the very tasks that the experiment has.
      task: experiment.tasks[0]?.name ?? basename(file.fsPath),
      dataHash: await hashFile(file.fsPath),
    },
  );
  const run = await writeRun(uri, experiment.model, file, imported, model);
  parts.runs.forget();
  parts.hints.refresh();
  await parts.panels.show(uri, { run });
  if (imported.notes.length > 0) void parts.presenter.offer('warning', imported.notes.join(' '));
  return run;
}

/** The journal comes last: a folder without one is no run yet. */
async function writeRun(
  { fsPath }: vscode.Uri,
  model: string,
  file: vscode.Uri,
  imported: Parameters<typeof importedRunFiles>[0],
  facts: Parameters<typeof importedRunFiles>[1],
): Promise<string> {
  const now = new Date();
  const run = newRunFolder(fsPath, 'score', now);
  const inRun = (path: string): string => relative(run, path).split(sep).join('/');
  const files = importedRunFiles(imported, facts, {
    id: basename(run),
    experiment: inRun(fsPath),
    experimentHash: await hashFile(fsPath),
    model: inRun(model),
    file: inRun(file.fsPath),
    version,
    at: now.toISOString(),
  });
  await makeFolder(run);
  const journalLast = [...files].sort(
    ([a], [b]) => Number(a === runFiles.events) - Number(b === runFiles.events),
  );
  for (const [name, text] of journalLast) await writeFileAtomic(join(run, name), text);
  return run;
}
