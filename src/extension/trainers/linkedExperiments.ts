import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../configs/experiment/experiment';
import { parseExperiment, type ParsedExperiment } from '../../configs/experiment/parse';
import { experimentEnding, experimentGlob } from '../../shared/ids';
import { parsed } from '../editor/parsed';
import { isExperiment } from './recognize';

/** An experiment that writes back to a config. */
export interface Linked {
  readonly uri: vscode.Uri;
  readonly experiment: Experiment;
}

/**
 * Which experiments belong to a config: those whose `target_config` names it. The disk is read again when one of them changes
 * there; what is open goes by its text.
 */
export class LinkedExperiments implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;
  private readonly subscriptions: readonly vscode.Disposable[];
  private all: Promise<readonly Linked[]> | undefined;
  /** Of folders outside the workspace, in which it finds no files. */
  private readonly beside = new Map<string, Promise<readonly Linked[]>>();

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(experimentGlob);
    const forget = (): void => this.forget();
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(forget),
      watcher.onDidChange(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isExperiment(document.uri)) this.changes.fire();
      }),
    ];
  }

  /** The experiments of a config, those with a plan first. */
  async of(file: string): Promise<readonly Linked[]> {
    const all = await (this.all ??= readAll());
    const isInWorkspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
    const more = isInWorkspace ? [] : await this.besideIn(dirname(file));
    const mine = withOpen([...all, ...more]).filter(({ experiment }) => experiment.targetConfig === file);
    return mine.sort((a, b) => Number(hasPlan(b)) - Number(hasPlan(a)));
  }

  /** An experiment was written. */
  forget(): void {
    this.all = undefined;
    this.beside.clear();
    this.changes.fire();
  }

  private besideIn(folder: string): Promise<readonly Linked[]> {
    const before = this.beside.get(folder);
    if (before) return before;
    const read = readFolder(folder);
    this.beside.set(folder, read);
    return read;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }
}

export const hasPlan = ({ experiment }: Linked): boolean =>
  Object.keys(experiment.plan?.modules ?? {}).length > 0;

/** Experiments that are looked at. */
const most = 200;

async function readAll(): Promise<readonly Linked[]> {
  return readThese(await vscode.workspace.findFiles(experimentGlob, '**/node_modules/**', most));
}

async function readFolder(folder: string): Promise<readonly Linked[]> {
  const names = await readdir(folder).catch(() => []);
  const experiments = names.filter((name) => name.endsWith(experimentEnding)).slice(0, most);
  return readThese(experiments.map((name) => vscode.Uri.file(join(folder, name))));
}

async function readThese(files: readonly vscode.Uri[]): Promise<readonly Linked[]> {
  return (await Promise.all(files.map((uri) => readOne(uri).catch(() => [])))).flat();
}

/** What is open takes the place of what was read; `parsed` keeps it for each version of a document. */
function withOpen(read: readonly Linked[]): Linked[] {
  const open = vscode.workspace.textDocuments.filter(({ uri }) => isExperiment(uri));
  const names = new Set(open.map(({ uri }) => uri.toString()));
  const texts = open.flatMap((document) => linked(document.uri, document.getText(), () => parsed(document)));
  return [...read.filter(({ uri }) => !names.has(uri.toString())), ...texts];
}

/** Reading is not opening: what is opened is underlined and counted as a file that the user works on. */
async function readOne(uri: vscode.Uri): Promise<Linked[]> {
  const text = await readFile(uri.fsPath, 'utf8');
  return linked(uri, text, () => parseExperiment(text, uri.fsPath));
}

function linked(uri: vscode.Uri, text: string, parse: () => ParsedExperiment): Linked[] {
  if (!/^["']?target_config["']?[ \t]*:/m.test(text)) return [];
  const { experiment } = parse();
  return experiment ? [{ uri, experiment }] : [];
}
