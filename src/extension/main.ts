import { loadedAt } from './loadedAt';
import * as vscode from 'vscode';
import { category, commands, editors, views, type CommandId } from '../shared/ids';
import { AdapterFolders } from './adapterFolders';
import type { AdapterLabApi } from './api';
import { dialogs as realDialogs, type Dialogs } from './dialogs';
import type { Lab } from './lab';
import { Presenter } from './presenter';
import { openedSample } from './sample/opened';
import { SideBar } from './sideBar';
import { isExperiment, mayBeConfig, syntaxOfDocument } from './trainers/recognize';

/** Kept for `deactivate`, which VS Code gives nothing. */
let lab: Promise<Lab> | undefined;

/**
 * Only what VS Code must find at once. The rest, with the parsers that it needs, is loaded when an experiment is opened, a
 * command runs or a page comes back: a window whose workspace merely holds an experiment does not wait for it.
 */
export function activate(context: vscode.ExtensionContext): AdapterLabApi {
  const { extensionMode, subscriptions, workspaceState } = context;
  const log = vscode.window.createOutputChannel(category, { log: true });
  const isTest = extensionMode === vscode.ExtensionMode.Test;
  const dialogs: Dialogs = isTest ? { ...realDialogs } : realDialogs;
  const presenter = new Presenter(dialogs, log);
  let loaded: Lab | undefined;
  const load = (): Promise<Lab> => {
    lab ??= import('./lab').then(({ createLab }) => {
      loaded = createLab(context, dialogs, presenter, log, workspaceState, sideBar.shell);
      subscriptions.push(loaded);
      return loaded;
    });
    return lab;
  };
  const offerLeftJobs = (window: Lab): void =>
    void window.offerLeftJobs().catch((thrown: unknown) => log.warn(String(thrown)));
  /** Not where a command is what loads it: that may be the very one that takes them up. */
  const loadAndOffer = async (): Promise<Lab> => {
    const isFirst = lab === undefined;
    const window = await load();
    if (isFirst) offerLeftJobs(window);
    return window;
  };
  const sideBar = new SideBar(async () => (await loadAndOffer()).views());
  subscriptions.push(
    log,
    sideBar,
    ...(Object.keys(commands) as CommandId[]).map((id) =>
      vscode.commands.registerCommand(id, async (given: unknown, selected: unknown) =>
        (await load()).commands[id](given, selected),
      ),
    ),
    vscode.window.registerWebviewPanelSerializer(views.run, {
      deserializeWebviewPanel: async (panel, state) =>
        (await loadAndOffer()).pages.deserializeWebviewPanel(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(views.compare, {
      deserializeWebviewPanel: async (panel, state) =>
        (await (await load()).maps()).comparisons.deserializeWebviewPanel(panel, state),
    }),
    ...(Object.keys(editors) as (keyof typeof editors)[]).map((kind) =>
      vscode.window.registerCustomEditorProvider(
        editors[kind],
        {
          resolveCustomTextEditor: async (document, panel, token) =>
            (await (await load()).maps()).editors[kind].resolveCustomTextEditor(document, panel, token),
        },
        { supportsMultipleEditorsPerDocument: true },
      ),
    ),
    new AdapterFolders(),
    ...watchForConfigs(loadAndOffer),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void lab?.then(offerLeftJobs)),
  );

  // Another window's may have been opened since, or never.
  const sample = openedSample(context.globalState)?.folder;
  if (sample !== undefined && vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === sample))
    void load().then((window) => window.greet());
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
            maps: async () => (await load()).maps(),
            views: async () => (await load()).views(),
            offerLeftJobs: async () => (await load()).offerLeftJobs(),
          },
        }
      : {}),
  };
}

/** Ends the engine with the window. */
export async function deactivate(): Promise<void> {
  await (await lab)?.end();
}

/** Loads what is about users' configs once there is one, or an experiment, whose ranks have lenses of that part. */
function watchForConfigs(load: () => Promise<Lab>): vscode.Disposable[] {
  let isAwake = false;
  const wake = (document: vscode.TextDocument, textOf: () => string): void => {
    if (isAwake) return;
    const isOne = isExperiment(document.uri);
    const syntax = syntaxOfDocument(document);
    if (!isOne && !(syntax && mayBeConfig(textOf(), syntax))) return;
    isAwake = true;
    // Behind what an experiment needs first.
    void load().then(({ trainers }) => (isOne ? setTimeout(() => void trainers()) : void trainers()));
  };
  const look = (document: vscode.TextDocument): void => wake(document, () => document.getText());
  // After activation has returned, so that VS Code goes on meanwhile.
  setTimeout(() => vscode.workspace.textDocuments.forEach(look));
  return [
    vscode.workspace.onDidOpenTextDocument(look),
    // A file becomes a config while it is typed: its words stand in one line each, so changed lines are enough.
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) =>
      contentChanges.forEach(({ range: { start }, text }) =>
        wake(document, () =>
          document.getText(new vscode.Range(start.line, 0, start.line + text.split('\n').length, 0)),
        ),
      ),
    ),
  ];
}
