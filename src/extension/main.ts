import { loadedAt } from './loadedAt';
import * as vscode from 'vscode';
import { category, commands, experimentEnding, views, type CommandId } from '../shared/ids';
import type { AdapterLabApi } from './api';
import { dialogs as realDialogs, type Dialogs } from './dialogs';
import type { Lab } from './lab';
import { Presenter } from './presenter';

/** Kept for `deactivate`, which VS Code gives nothing. */
let lab: Promise<Lab> | undefined;

/**
 * Only what VS Code must find at once. The rest, with the parsers that it needs, is loaded when an experiment is opened, a
 * command runs or a page comes back: a window whose workspace merely holds an experiment does not wait for it.
 */
export function activate(context: vscode.ExtensionContext): AdapterLabApi {
  const { extensionUri, globalStorageUri, extensionMode, subscriptions } = context;
  const log = vscode.window.createOutputChannel(category, { log: true });
  const isTest = extensionMode === vscode.ExtensionMode.Test;
  const dialogs: Dialogs = isTest ? { ...realDialogs } : realDialogs;
  const presenter = new Presenter(dialogs, log);
  let loaded: Lab | undefined;
  const load = (): Promise<Lab> => {
    lab ??= import('./lab').then(({ createLab }) => {
      loaded = createLab(extensionUri, globalStorageUri, dialogs, presenter, log);
      subscriptions.push(loaded);
      return loaded;
    });
    return lab;
  };
  subscriptions.push(
    log,
    ...(Object.keys(commands) as CommandId[]).map((id) =>
      vscode.commands.registerCommand(id, async (given: unknown) => (await load()).commands[id](given)),
    ),
    vscode.window.registerWebviewPanelSerializer(views.run, {
      deserializeWebviewPanel: async (panel, state) =>
        (await load()).pages.deserializeWebviewPanel(panel, state),
    }),
    vscode.workspace.onDidOpenTextDocument((document) => wake(document, load)),
  );
  // After this function has returned, so that VS Code goes on meanwhile.
  setTimeout(() => vscode.workspace.textDocuments.forEach((document) => wake(document, load)));

  const activationMs = performance.now() - loadedAt;
  const { version } = context.extension.packageJSON as { version: string };
  log.info(`Adapter Lab ${version} activated in ${activationMs.toFixed(0)} ms.`);
  return {
    version,
    activationMs,
    get enginePid() {
      return loaded?.engine.pid;
    },
    ...(isTest
      ? {
          testing: {
            ready: async () => void (await load()),
            answer: (answers) => void Object.assign(dialogs, answers),
            lastError: () => presenter.last?.toPayload(),
          },
        }
      : {}),
  };
}

/** Ends the engine with the window. */
export async function deactivate(): Promise<void> {
  await (await lab)?.end();
}

function wake({ uri }: vscode.TextDocument, load: () => Promise<Lab>): void {
  if (uri.scheme === 'file' && uri.path.endsWith(experimentEnding)) void load();
}
