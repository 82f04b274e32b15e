/** What the tests inside the extension host share: the extension's API, small experiments, waiting. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { AdapterLabApi } from '../../src/extension/api';
import type { Dialogs } from '../../src/extension/dialogs';
import type { RunEvent } from '../../src/shared/runEvents';

export type TestApi = AdapterLabApi & { readonly testing: NonNullable<AdapterLabApi['testing']> };

/** The extension, activated, with every dialog answered by being closed. */
export async function lab(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<AdapterLabApi>('adapter-lab.adapter-lab');
  assert.ok(extension, 'adapter-lab.adapter-lab is not installed');
  const api = await extension.activate();
  assert.ok(api.testing, 'The host is no test host.');
  await api.testing.ready();
  answer(api as TestApi, {});
  return api as TestApi;
}

/** Answers the extension's dialogs; those that are not given are closed. */
export function answer(api: TestApi, answers: Partial<Dialogs>): void {
  const closed: Dialogs = {
    ask: () => Promise.resolve(undefined),
    input: () => Promise.resolve(undefined),
    pick: () => Promise.resolve(undefined),
    step: () => Promise.resolve(undefined),
    line: () => Promise.resolve(undefined),
    folder: () => Promise.resolve(undefined),
    file: () => Promise.resolve(undefined),
    save: () => Promise.resolve(undefined),
    open: () => Promise.resolve(),
  };
  api.testing.answer({ ...closed, ...answers });
}

export function folder(): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first);
  return first.uri.fsPath;
}

/** Runs a command of the extension. @param given the uri of an experiment, or a row of a tree */
export const command = (name: string, given: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand(`adapterLab.${name}`, given);

/** An experiment on the sample's model that is scored in a moment. @param data lines that name the task's files */
export const quickExperiment = (
  samples: number,
  data = 'train: data/spam.train.jsonl',
): string => `# a comment on top
version: 1
model: model # the sample's
tasks:
  - name: spam
    kind: classification
    ${data}
method: floe # keep the best layers
adapter: { targets: [q_proj, v_proj, down_proj], rank: 4, alpha: 8, experts: 4 }
score: { samples: ${samples}, batch_size: 4, max_length: 48 }
budget: { layers: 50% } # half of them
`;

/** Writes a file of the workspace. */
export function write(name: string, text: string): vscode.Uri {
  const file = join(folder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return vscode.Uri.file(file);
}

const partsOf = (name: string) => [`data/${name}.train.jsonl`, `data/${name}.validation.jsonl`] as const;

/** The lines of an experiment that name a small task's own data. */
export function smallTask(name: string): string {
  const [train, validation] = partsOf(name);
  return `train: ${train}\n    validation: ${validation}`;
}

/** Writes the data of a small task: the first lines of the sample's spam data, and some behind them. */
export function writeSmallTask(name: string, train: number, validation: number): void {
  const lines = readFileSync(join(folder(), 'data', 'spam.train.jsonl'), 'utf8').split('\n');
  const [own, held] = partsOf(name);
  write(own, `${lines.slice(0, train).join('\n')}\n`);
  write(held, `${lines.slice(train, train + validation).join('\n')}\n`);
}

/** Closes what is asked and keeps its messages. */
export const keepMessages = (api: TestApi, told: string[]): void =>
  answer(api, {
    ask: ({ message }) => {
      told.push(message);
      return Promise.resolve(undefined);
    },
  });

/** Writes an experiment and opens it in an editor. */
export async function openNew(name: string, text: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(write(name, text));
  await vscode.window.showTextDocument(document);
  return document;
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Forgets where a test said that a model lies. */
export async function forgetModelFolders(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('adapterLab');
  if (settings.inspect('modelFolders')?.workspaceValue === undefined) return;
  await settings.update('modelFolders', undefined, vscode.ConfigurationTarget.Workspace);
}

/** The events of a run on disk; a half-written last line is left out. */
export function eventsOf(run: string): RunEvent[] {
  const file = join(run, 'events.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

export async function until<T>(
  ask: () => T | Promise<T>,
  what: string,
  timeout = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
