import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type * as vscode from 'vscode';
import { BRIDGE_VARIABLE, type BridgeAnswer, type BridgeRequest, NEWEST } from './bridge/protocol';
import { pause } from './processes';
import { removeFolder, temporaryFolder } from './temporary';

export type Vscode = typeof vscode;

/** A function that runs in the extension host: it sees nothing of the test but its arguments, which travel as JSON. */
export type Remote<A, R> = (api: Vscode, args: A) => R | Thenable<R>;

/** How long a wait may take before the test fails; generous, since two busy cores make everything slow. */
export const PATIENCE = 15_000;

/** The test's end of the bridge into the extension host. */
export class Bridge {
  /** In a short path of its own: a Unix socket's name may have no more than 108 bytes. */
  private readonly folder = temporaryFolder('alb-');

  /** What the server's environment needs for the bridge. */
  get variables(): Record<string, string> {
    return { [BRIDGE_VARIABLE]: this.folder };
  }

  /** Puts the bridge's extension into an extensions folder that no server has used: being there is being installed. */
  async installInto(extensionsFolder: string): Promise<void> {
    const source = join(__dirname, 'bridge');
    const target = join(extensionsFolder, 'adapter-lab-tests.bridge-0.0.1');
    mkdirSync(target, { recursive: true });
    await copyFile(join(source, 'package.json'), join(target, 'package.json'));
    await build({
      entryPoints: [join(source, 'extension.ts')],
      outfile: join(target, 'extension.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['vscode'],
    });
  }

  /** Forgets the current host. To be called before a page is loaded or reloaded, which starts a new one. */
  forgetHost(): void {
    rmSync(join(this.folder, NEWEST), { force: true });
  }

  /** Waits until the newest extension host answers. */
  async ready(timeout: number): Promise<void> {
    const deadline = Date.now() + timeout;
    while (!existsSync(join(this.folder, NEWEST))) {
      if (Date.now() > deadline) throw new Error(`No extension host answered within ${timeout / 1000} s.`);
      await pause(50);
    }
    await this.evaluate(() => true, undefined, timeout);
  }

  /** Runs a function in the extension host and returns its result. */
  async evaluate<R, A = undefined>(run: Remote<A, R>, args?: A, timeout = PATIENCE): Promise<R> {
    const name = readFileSync(join(this.folder, NEWEST), 'utf8');
    const request: BridgeRequest = { source: run.toString(), args };
    const line = await this.ask(join(this.folder, name), `${JSON.stringify(request)}\n`, timeout);
    const answer = JSON.parse(line) as BridgeAnswer;
    if (!('error' in answer)) return answer.value as R;
    const error = new Error(`In the extension host: ${answer.error.message}`);
    error.stack += `\n${answer.error.stack ?? ''}`;
    throw error;
  }

  dispose(): void {
    removeFolder(this.folder);
  }

  /** Always in limited time: calls into a host whose window has gone may never return. */
  private ask(socket: string, line: string, timeout: number): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const connection = connect(socket, () => connection.write(line));
      const timer = setTimeout(() => {
        connection.destroy();
        reject(
          new Error(`The extension host gave no answer within ${timeout / 1000} s to ${line.slice(0, 300)}`),
        );
      }, timeout);
      connection.setEncoding('utf8');
      connection.on('data', (chunk: string) => (text += chunk));
      connection.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      connection.on('close', () => {
        clearTimeout(timer);
        if (text.endsWith('\n')) resolve(text);
        else reject(new Error(`The extension host ended before it answered ${line.slice(0, 300)}`));
      });
    });
  }
}
