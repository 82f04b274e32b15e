import { loadedAt } from './loadedAt';
import * as vscode from 'vscode';
import { category, contexts } from '../shared/ids';
import type { AdapterLabApi } from './api';
import { registerCommands } from './commands/register';
import { dialogs as realDialogs, type Dialogs } from './dialogs';
import { registerEditorFeatures } from './editor/register';
import { createEngine, offerRestartWhenSilent } from './engineOfWindow';
import type { EngineClient } from './engineClient/engineClient';
import { Experiments } from './experiments';
import { actOnPage } from './pageActions';
import { RunPanels } from './panel/runPanels';
import { Presenter } from './presenter';
import { Jobs } from './runs/jobs';
import { RunStore } from './runs/runStore';
import { StatusBar } from './statusBar';

/** Kept for `deactivate`, which VS Code gives nothing. */
let engine: EngineClient | undefined;

/** Puts the parts together. Nothing is read and no process is started here. */
export function activate(context: vscode.ExtensionContext): AdapterLabApi {
  const { extensionUri, extensionMode, subscriptions } = context;
  const log = vscode.window.createOutputChannel(category, { log: true });
  const isTest = extensionMode === vscode.ExtensionMode.Test;
  const dialogs: Dialogs = isTest ? { ...realDialogs } : realDialogs;
  const presenter = new Presenter(dialogs, log);
  const runs = new RunStore();
  const client = createEngine(vscode.Uri.joinPath(extensionUri, 'dist', 'worker.js').fsPath, log);
  engine = client;
  const jobs = new Jobs(client, log);
  const status = new StatusBar(client, jobs);
  const panels: RunPanels = new RunPanels(
    extensionUri,
    runs,
    jobs,
    (action, page) => {
      actOnPage(action, page).catch((thrown: unknown) => presenter.error(thrown));
    },
    log,
  );
  const { hints, disposables } = registerEditorFeatures(runs, jobs);
  const experiments = new Experiments(dialogs, () => panels.focused);
  const commands = registerCommands({
    dialogs,
    experiments,
    presenter,
    jobs,
    runs,
    panels,
    hints,
    engine: client,
  });
  subscriptions.push(
    log,
    status,
    panels,
    ...disposables,
    ...commands,
    jobs.onChange(announceRunning()),
    offerRestartWhenSilent(client, presenter),
  );

  const activationMs = performance.now() - loadedAt;
  const { version } = context.extension.packageJSON as { version: string };
  log.info(`Adapter Lab ${version} activated in ${activationMs.toFixed(0)} ms.`);
  return {
    version,
    activationMs,
    get enginePid() {
      return client.pid;
    },
    ...(isTest
      ? {
          testing: {
            answer: (answers) => void Object.assign(dialogs, answers),
            lastError: () => presenter.last?.toPayload(),
          },
        }
      : {}),
  };
}

/** Ends the engine with the window. */
export async function deactivate(): Promise<void> {
  await engine?.dispose();
}

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
