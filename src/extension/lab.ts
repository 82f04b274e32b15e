import * as vscode from 'vscode';
import { LabError } from '../shared/errors';
import { contexts } from '../shared/ids';
import { pickModel } from './commands/pickModel';
import { commandTable, type CommandTable } from './commands/table';
import type { Dialogs } from './dialogs';
import { pickModelCommand } from './editor/quickFixes';
import { registerEditorFeatures } from './editor/register';
import type { EngineClient } from './engineClient/engineClient';
import { createEngine, engineRenewal, findRuntime, offerRestartWhenSilent } from './engineOfWindow';
import { Experiments } from './experiments';
import { actOnPage } from './pageActions';
import { RunPanels } from './panel/runPanels';
import type * as OnDemand from './onDemand';
import type { Presenter } from './presenter';
import { Jobs } from './runs/jobs';
import { RunStore } from './runs/runStore';
import type { RuntimesOfWindow } from './runtimes/parts';
import { StatusBar } from './statusBar';

/** Everything that the extension is, once it is needed. */
export interface Lab extends vscode.Disposable {
  readonly commands: CommandTable;
  readonly pages: vscode.WebviewPanelSerializer;
  readonly engine: EngineClient;
  /** Ends the engine for good; a run that is going on gets its end written. */
  end(): Promise<void>;
}

/**
 * Puts the parts together. Nothing is read and no process is started here.
 *
 * @param extension the extension's own folder
 * @param storage where it may keep what is the same for all workspaces
 */
export function createLab(
  extension: vscode.Uri,
  storage: vscode.Uri,
  dialogs: Dialogs,
  presenter: Presenter,
  log: vscode.LogOutputChannel,
): Lab {
  const runs = new RunStore();
  const folder = vscode.Uri.joinPath(storage, 'runtimes').fsPath;
  const engine = createEngine(vscode.Uri.joinPath(extension, 'dist', 'worker.js').fsPath, folder, log);
  const jobs = new Jobs(engine, log);
  const renewal = engineRenewal(engine, jobs);
  const runtimes: RuntimesOfWindow = {
    extension: extension.fsPath,
    folder,
    findNode: findRuntime,
    renewEngine: renewal.renew,
  };
  const panels: RunPanels = new RunPanels(
    extension,
    runs,
    jobs,
    (action, page) => {
      actOnPage(action, page).catch((thrown: unknown) => presenter.error(thrown));
    },
    log,
  );
  const { hints, disposables } = registerEditorFeatures(runs, jobs);
  const experiments = new Experiments(dialogs, () => panels.focused);
  // esbuild.config.ts leaves this very path alone.
  const onDemand = (): Promise<typeof OnDemand> => import('./onDemand');
  const parts = { dialogs, experiments, presenter, jobs, runs, panels, hints, engine, runtimes, onDemand };
  const owned = [
    panels,
    new StatusBar(engine, jobs),
    ...disposables,
    vscode.commands.registerCommand(pickModelCommand, (uri: vscode.Uri) => pickModel(parts, uri)),
    jobs.onChange(announceRunning()),
    offerRestartWhenSilent(engine, presenter),
    renewal,
  ];
  return {
    commands: commandTable(parts),
    pages: panels,
    engine,
    end: async () => {
      const idle = jobs.idle();
      await engine.dispose(windowGone());
      await idle;
    },
    dispose: () => owned.forEach((one) => one.dispose()),
  };
}

const windowGone = (): LabError =>
  new LabError(
    'engine-killed',
    'The window was reloaded or closed, which ended the engine before the run came to its end.',
    'Start it again.',
  );

/** Keeps the context key for `when` clauses in step. */
function announceRunning(): (job: unknown) => void {
  let told = false;
  return (job) => {
    const running = job !== undefined;
    if (running === told) return;
    told = running;
    void vscode.commands.executeCommand('setContext', contexts.running, running);
  };
}
