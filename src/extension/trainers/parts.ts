import type * as vscode from 'vscode';
import type { Parts } from '../commands/parts';

/** What the commands about users' own configs work with. */
export type TrainerParts = Pick<
  Parts,
  'dialogs' | 'experiments' | 'presenter' | 'runs' | 'panels' | 'hints' | 'jobs' | 'onDemand'
>;

/** Everything that users' own configs show and do. Made once a window, in a bundle of its own. */
export interface Trainers extends vscode.Disposable {
  /** The experiment that belongs to a config, where one does. */
  experimentOf(config: vscode.Uri): Promise<vscode.Uri | undefined>;
  /** The formats of the adapters that a file asks for; none where it is no trainer's config. Never rejects. */
  formatsOf(file: string): Promise<readonly string[]>;
  /** Each given what its command was given, mostly a file. */
  readonly commands: Readonly<Record<TrainerCommand, (given: unknown) => Promise<unknown>>>;
}

export type TrainerCommand = 'applyPlan' | 'exportPlan' | 'importScores';

/** Not in the palette: lenses and buttons run these. */
export const lensCommands = {
  scoreConfig: 'adapterLab.scoreConfig',
  more: 'adapterLab.moreForConfig',
  changeRank: 'adapterLab.changeRank',
} as const;
