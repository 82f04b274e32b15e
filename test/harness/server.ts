import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from './environment';
import type { VscodeInstall } from './installVscode';
import { ProcessGroup, runCommand } from './processes';
import { writeSettingsOnce } from './settings';

export interface ServerOptions {
  readonly install: VscodeInstall;
  /** Everything the server keeps lies in here: settings, extensions, logs. Made when missing. */
  readonly state: string;
  /** User settings, written only when the state has none yet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Packaged extensions to install before the start. */
  readonly vsix?: readonly string[];
  /** Variables on top of the cleaned environment; the extension host inherits them. */
  readonly env?: Record<string, string>;
  /** A secret that every request must carry. Without one, the server answers whoever reaches its loopback port. */
  readonly token?: string;
  /**
   * Newer builds take the URL's test parameters only with this. It hides toasts and answers dialogs by itself, so it
   * is for tests inside the extension host and never for those in the window.
   */
  readonly smokeTestDriver?: boolean;
}

/** VS Code's server, serving the workbench on the loopback interface from a process group of its own. */
export class VscodeServer {
  private constructor(
    private readonly group: ProcessGroup,
    readonly port: number,
    private readonly token: string | undefined,
  ) {}

  static async start(options: ServerOptions): Promise<VscodeServer> {
    const { install, state, token } = options;
    const folders = {
      data: join(state, 'data'),
      extensions: join(state, 'extensions'),
      server: join(state, 'server'),
    };
    // The command line dies with a page of minified code when one of them is missing.
    Object.values(folders).forEach((folder) => mkdirSync(folder, { recursive: true }));
    if (options.settings) writeSettingsOnce(folders.data, options.settings);
    const env = cleanEnvironment(options.env);
    const common = [
      join(install.root, 'out', 'server-main.js'),
      ...[
        '--user-data-dir',
        folders.data,
        '--extensions-dir',
        folders.extensions,
        '--server-data-dir',
        folders.server,
      ],
    ];
    for (const vsix of options.vsix ?? []) {
      await runCommand(install.node, [...common, '--install-extension', vsix, '--force'], {
        env,
        cwd: state,
      });
    }
    const group = new ProcessGroup(
      install.node,
      [
        ...common,
        ...['--host', '127.0.0.1', '--port', '0', '--accept-server-license-terms'],
        ...['--telemetry-level', 'off', '--disable-update-check'],
        ...(token === undefined ? ['--without-connection-token'] : ['--connection-token', token]),
        ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
      ],
      { env, cwd: state },
    );
    try {
      const [, port] = await group.waitFor(/Extension host agent listening on (\d+)/, 60_000);
      return new VscodeServer(group, Number(port), token);
    } catch (error) {
      await group.stop();
      throw error;
    }
  }

  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** What the server wrote, for the message of an error. */
  get output(): string {
    return this.group.output;
  }

  /** Settles when the server ends by itself. */
  get ended(): Promise<number | null> {
    return this.group.ended;
  }

  /** The page that opens a folder in the workbench. */
  url(folder: string, parameters: Record<string, string> = {}): string {
    const all = { ...(this.token === undefined ? {} : { tkn: this.token }), folder, ...parameters };
    return `http://${this.authority}/?${new URLSearchParams(all).toString()}`;
  }

  /** The name by which the workbench knows a file or folder on the server's disk. */
  remoteUri(path: string): string {
    return `vscode-remote://${this.authority}${encodeURI(path)}`;
  }

  async stop(): Promise<void> {
    await this.group.stop();
  }
}
