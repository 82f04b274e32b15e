import { open } from 'node:fs/promises';
import { arch, cpus, homedir, hostname, release, totalmem, type, userInfo } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { toLabError } from '../../shared/errors';
import { formatBytes } from '../../shared/format';
import { category } from '../../shared/ids';
import type { Parts } from '../commands/parts';
import { modelFolders } from '../settings';
import { reportText, type ReportFacts } from './reportText';
import { namesIn } from './scrub';
import { settingsChanged } from './settingsChanged';
import { workspaceFacts } from './workspaceFacts';

/** Measuring takes seconds; a machine that is busy does not keep the report waiting longer. */
const deviceSeconds = 60;
const logBytes = 64 * 1024;
const logLines = 120;

/**
 * Opens what helps to find out why something does not work, as a text that the user can read and share. Nothing is sent.
 *
 * @returns the text
 */
export async function diagnosticReport(parts: Parts): Promise<string> {
  const { engine, home, presenter } = parts;
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: 'Diagnostic Report: measuring devices',
    cancellable: true,
  };
  const [devices, { counts, names }] = await Promise.all([
    vscode.window.withProgress(options, (_, token) => devicesOf(parts, token)),
    workspaceFacts(parts),
  ]);
  const text = reportText({
    versions: versions(home.extension),
    settings: settingsChanged(),
    devices,
    engine: engineWords(engine.state),
    exits: engine.exits.list,
    errors: presenter.shown.list,
    workspace: counts,
    log: await endOfLog(join(home.logUri.fsPath, `${category}.log`)),
    names: [...names, ...ownNames(home)],
  });
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: text });
  await vscode.window.showTextDocument(document, { preview: false });
  return text;
}

function versions({ packageJSON }: Parts['home']['extension']): ReportFacts['versions'] {
  const { version } = packageJSON as { version: string };
  const { version: vscodeVersion, env } = vscode;
  // Of a server of one's own it is the address.
  const isKind = /^(?:ssh-remote|wsl|dev-container|attached-container|codespaces|tunnel|k8s-container)$/;
  const remote = env.remoteName === undefined ? 'none' : (isKind.exec(env.remoteName)?.[0] ?? 'other');
  return [
    [category, version],
    ['VS Code', `${vscodeVersion} (${env.appHost})`],
    ['remote', remote],
    ["extension host's Node", process.versions.node + ('electron' in process.versions ? ' in Electron' : '')],
    ['system', `${type()} ${release()} ${arch()}`],
    ['cores', String(cpus().length)],
    ['memory', formatBytes(totalmem())],
    ['trusted', vscode.workspace.isTrusted ? 'yes' : 'no (Restricted Mode)'],
  ];
}

async function devicesOf(
  { engine, jobs }: Pick<Parts, 'engine' | 'jobs'>,
  token: vscode.CancellationToken,
): Promise<ReportFacts['devices']> {
  if (!vscode.workspace.isTrusted) return 'in Restricted Mode no engine is started';
  // Measuring beside a run would slow it down, and say nothing of the devices.
  if (jobs.active)
    return `a run is going on, on ${jobs.active.state.device?.name ?? 'a device not known yet'}`;
  const controller = new AbortController();
  const cancelled = new Promise<string>((resolve) =>
    token.onCancellationRequested(() => resolve('that was cancelled')),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`the engine gave no answer within ${deviceSeconds} s`),
      deviceSeconds * 1000,
    );
  });
  const answer = engine.request('devices', {}, controller.signal).then(
    ({ devices }) => devices,
    (thrown: unknown) => `the engine answered with the error ${toLabError(thrown).code}`,
  );
  try {
    return await Promise.race([answer, cancelled, late]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

function engineWords(state: Parts['engine']['state']): string {
  switch (state.name) {
    case 'ready':
    case 'silent':
      return `${state.name}, version ${state.version} on Node ${state.node}`;
    case 'failed':
      return `ended by itself with ${state.error.code}`;
    default:
      return state.name;
  }
}

/** What this machine and this installation are called. */
function ownNames({ extensionUri, globalStorageUri, logUri }: Parts['home']): string[] {
  const folders = modelFolders();
  return [
    ...namesIn(homedir(), hostname(), userName(), ...Object.keys(folders), ...Object.values(folders)),
    // As wholes: their parts are the words of VS Code and of ours.
    ...[extensionUri, globalStorageUri, logUri].map(({ fsPath }) => fsPath),
  ];
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user that the system does not know, as in some containers.
    return '';
  }
}

/** The last lines of the log; none where it cannot be read. */
async function endOfLog(file: string): Promise<string[]> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.min(size, logBytes));
      await handle.read(bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString('utf8').split(/\r?\n/);
      // The first one may have been cut.
      return lines
        .slice(size > logBytes ? 1 : 0)
        .filter((line) => line !== '')
        .slice(-logLines);
    } finally {
      await handle.close();
    }
  } catch {
    return [];
  }
}
