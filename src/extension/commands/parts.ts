import type * as vscode from 'vscode';
import type { Dialogs } from '../dialogs';
import type { HintsProvider } from '../editor/inlayHintsProvider';
import type { EngineClient } from '../engineClient/engineClient';
import type { Experiments } from '../experiments';
import type * as OnDemand from '../onDemand';
import type { Presenter } from '../presenter';
import type { RunPanels } from '../panel/runPanels';
import type { Jobs } from '../runs/jobs';
import type { RunStore } from '../runs/runStore';
import type { RuntimesOfWindow } from '../runtimes/parts';

/** What the commands work with. */
export interface Parts {
  readonly dialogs: Dialogs;
  readonly experiments: Experiments;
  readonly presenter: Presenter;
  readonly jobs: Jobs;
  readonly runs: RunStore;
  readonly panels: RunPanels;
  readonly hints: HintsProvider;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly runtimes: RuntimesOfWindow;
  /** Loads what only some commands need. */
  readonly onDemand: () => Promise<typeof OnDemand>;
}

/** A command about one experiment. What it returns is what `executeCommand` gives. */
export type ExperimentCommand = (parts: Parts, uri: vscode.Uri) => Promise<unknown>;
