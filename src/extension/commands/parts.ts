import type * as vscode from 'vscode';
import type { Dialogs } from '../dialogs';
import type { HintsProvider } from '../editor/inlayHintsProvider';
import type { EngineClient } from '../engineClient/engineClient';
import type { Experiments } from '../experiments';
import type * as OnDemand from '../onDemand';
import type { Maps } from '../maps/parts';
import type { Presenter } from '../presenter';
import type { RunPanels } from '../panel/runPanels';
import type { Jobs } from '../runs/jobs';
import type { RunStore } from '../runs/runStore';
import type { RuntimesOfWindow } from '../runtimes/parts';
import type * as Searching from '../searching';
import type { Trainers } from '../trainers/parts';

/** What VS Code gives the extension as its own. */
export type Home = Pick<
  vscode.ExtensionContext,
  'extension' | 'extensionUri' | 'globalState' | 'globalStorageUri' | 'logUri'
>;

/** What the commands work with. */
export interface Parts {
  readonly dialogs: Dialogs;
  readonly experiments: Experiments;
  readonly presenter: Presenter;
  readonly jobs: Jobs;
  readonly runs: RunStore;
  readonly panels: RunPanels;
  readonly hints: HintsProvider;
  readonly engine: Pick<EngineClient, 'request' | 'state' | 'exits'>;
  readonly runtimes: RuntimesOfWindow;
  readonly home: Home;
  /** Loads what only some commands need. */
  readonly onDemand: () => Promise<typeof OnDemand>;
  /** What a search is asked, loaded when one is looked at. */
  readonly searching: () => Promise<typeof Searching>;
  /** What edits and compares plans, loaded when there is one to. */
  readonly maps: () => Promise<Maps>;
  /** What is about users' own configs, loaded when the first one is opened. */
  readonly trainers: () => Promise<Trainers>;
}

/**
 * A command about one experiment. What it returns is what `executeCommand` gives.
 * @param run the folder of the run that it was called on; undefined where it was called on the experiment
 */
export type ExperimentCommand = (parts: Parts, uri: vscode.Uri, run?: string) => Promise<unknown>;
