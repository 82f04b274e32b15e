import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { parseExperiment } from '../../configs/experiment/parse';
import { experimentGlob } from '../../shared/ids';
import { mapAtMost } from '../../shared/mapAtMost';
import type { Parts } from '../commands/parts';
import { skippedFolders } from '../newExperiment/findModels';
import type { Counts } from './reportText';
import { readRunFacts } from '../views/runFacts';
import { namesIn } from './scrub';

const most = { experiments: 100, configs: 400, runs: 300, atOnce: 8 };

export interface WorkspaceFacts {
  readonly counts: {
    readonly folders: number;
    readonly experiments: number;
    readonly configs: Counts;
    readonly runs: Counts;
  };
  /** What the workspace's files are called, and what they name. */
  readonly names: readonly string[];
}

/** How much of everything there is in the workspace, and the names that must not be told. */
export async function workspaceFacts({
  runs,
  trainers,
}: Pick<Parts, 'runs' | 'trainers'>): Promise<WorkspaceFacts> {
  const find = (glob: string, limit: number): Thenable<vscode.Uri[]> =>
    vscode.workspace.findFiles(glob, skippedFolders, limit);
  const [experiments, others] = await Promise.all([
    find(experimentGlob, most.experiments),
    find('**/*.{json,yml,yaml,py}', most.configs),
  ]);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const { formatsOf } = await trainers();
  const formats = (await mapAtMost(most.atOnce, others, (uri) => formatsOf(uri.fsPath))).flat();
  const all = await mapAtMost(most.atOnce, experiments, async ({ fsPath }) =>
    (await runs.folders(fsPath)).map((folder) => ({ experiment: fsPath, folder })),
  );
  // By their records: journals are long.
  const states = await mapAtMost(most.atOnce, all.flat().slice(0, most.runs), ({ experiment, folder }) =>
    readRunFacts(experiment, folder).then(({ status }) => status),
  );
  const named = await mapAtMost(most.atOnce, experiments, ({ fsPath }) => namedBy(fsPath));
  return {
    counts: {
      folders: folders.length,
      experiments: experiments.length,
      configs: countOf(formats),
      runs: countOf(states),
    },
    names: namesIn(
      ...folders.flatMap(({ name, uri }) => [name, uri.fsPath]),
      ...[...experiments, ...others].map(({ fsPath }) => vscode.workspace.asRelativePath(fsPath)),
      ...named.flat(),
    ),
  };
}

/** The model, tasks and files that an experiment names. */
async function namedBy(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const { experiment } = parseExperiment(text, file);
  const tasks = (experiment?.tasks ?? []).flatMap(
    ({ name, train, validation, test, text: column, label }) => [
      ...[name, train, validation, test, column, label],
    ],
  );
  return [experiment?.model, experiment?.targetConfig, ...tasks].filter((one) => one !== undefined);
}

function countOf(kinds: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
