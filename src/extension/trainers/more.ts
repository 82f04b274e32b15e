import * as vscode from 'vscode';
import type { CommandId } from '../../shared/ids';
import { hasPlan, type LinkedExperiments } from './linkedExperiments';
import type { Looks } from './look';
import { lensCommands, type TrainerParts } from './parts';
import { pickFolder } from './pickFolder';

interface Step extends vscode.QuickPickItem {
  readonly run: () => unknown;
}

/** A list of what can be done with a config besides its first lens. */
export async function more(
  parts: TrainerParts & { readonly looks: Looks; readonly linked: LinkedExperiments },
  uri: vscode.Uri,
): Promise<void> {
  const known = new Set(await vscode.commands.getCommands(true));
  const [newest] = await parts.linked.of(uri.fsPath);
  const about = newest?.uri;
  const step = (label: string, detail: string, command: CommandId | string, target = about): Step[] =>
    known.has(command) && target !== undefined
      ? [{ label, detail, run: () => vscode.commands.executeCommand(command, target) }]
      : [];
  const planned = newest !== undefined && hasPlan(newest);
  const missing = (await parts.looks.at(await vscode.workspace.openTextDocument(uri))).seen.flatMap(
    ({ base }) => (base.kind === 'missing' ? [base.name] : []),
  );
  const steps: Step[] = [
    ...(planned
      ? step(
          '$(play) Score Layers',
          'Measure again, then Allocate makes a new plan',
          lensCommands.scoreConfig,
          uri,
        )
      : []),
    ...(planned
      ? step('$(export) Export Plan…', 'As a file of another trainer or tool', 'adapterLab.exportPlan')
      : []),
    ...step(
      '$(cloud-download) Import Scores…',
      'Scores that were measured elsewhere, as CSV or JSON',
      'adapterLab.importScores',
    ),
    ...step('$(search) Search Ranks', 'Try ranks by training with them', 'adapterLab.searchRanks'),
    ...(planned
      ? step(
          '$(git-commit) Commit Plan',
          'This file, the experiment, and where the plan comes from',
          'adapterLab.commitPlan',
        )
      : []),
    ...step(
      '$(graph) Show Allocation Map',
      'Scores and plan, layer by module',
      'adapterLab.showAllocationMap',
    ),
    ...(about
      ? [
          {
            label: '$(go-to-file) Open Experiment',
            detail: vscode.workspace.asRelativePath(about),
            run: () => vscode.window.showTextDocument(about),
          },
        ]
      : []),
    ...(about
      ? []
      : step(
          '$(play) Score Layers…',
          'Makes an experiment about this file first',
          lensCommands.scoreConfig,
          uri,
        )),
    ...missing.map((name) => ({
      label: '$(folder-opened) Pick Folder…',
      detail: `Where ${name} lies on this machine`,
      run: () => pickFolder(parts, name),
    })),
  ];
  const picked = await parts.dialogs.pick(steps, { title: vscode.workspace.asRelativePath(uri) });
  await picked?.run();
}
