import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { Bridge } from './bridge';
import { launchChromium } from './chromium';
import { testVariables } from './environment';
import { installVscode } from './installVscode';
import { VscodeServer } from './server';
import { quietSettings, type Theme, themes } from './settings';
import { removeFolder, temporaryFolder } from './temporary';
import { findVsix } from './vsix';
import { type Viewport, Workbench } from './workbench';
import { makeWorkspace, type WorkspaceSource } from './workspace';

const ROOT = resolve(__dirname, '../..');

export interface SessionOptions {
  /** Default: the sample workspace. */
  readonly workspace?: WorkspaceSource;
  readonly theme?: Theme;
  readonly viewport?: Viewport;
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables for the server and the extension host. */
  readonly env?: Record<string, string>;
  /** Flags for Chromium. */
  readonly browserArguments?: readonly string[];
  /** Packaged extension under test. Default: ADAPTER_LAB_VSIX, else the newest in dist/. */
  readonly vsix?: string;
}

/** A server, a browser and one window with the packaged extension installed. One per test file. */
export class Session {
  /** Sessions that are open, for whoever takes pictures of failures. */
  static readonly open = new Set<Session>();

  private constructor(
    readonly workbench: Workbench,
    readonly server: VscodeServer,
    private readonly browser: Browser,
    private readonly bridge: Bridge,
    private readonly home: string,
  ) {}

  /** The folder that the window shows. */
  get folder(): string {
    return this.workbench.folder;
  }

  static async start(options: SessionOptions = {}): Promise<Session> {
    const home = temporaryFolder();
    const bridge = new Bridge();
    const started: { server?: VscodeServer; browser?: Promise<Browser> } = {};
    try {
      const install = await installVscode();
      const folder = makeWorkspace(options.workspace ?? join(ROOT, 'media/sample'), home);
      const state = join(home, 'state');
      await bridge.installInto(join(state, 'extensions'));
      // The browser starts while the server does.
      started.browser = launchChromium(options.browserArguments);
      started.browser.catch(() => undefined);
      const server = (started.server = await VscodeServer.start({
        install,
        state,
        settings: {
          ...quietSettings,
          'workbench.colorTheme': themes[options.theme ?? 'dark'],
          ...options.settings,
        },
        vsix: [options.vsix ?? findVsix()],
        env: { ...testVariables(home), ...bridge.variables, ...options.env },
      }));
      const browser = await started.browser;
      const workbench = await Workbench.open(browser, server, bridge, folder, options.viewport);
      const session = new Session(workbench, server, browser, bridge, home);
      Session.open.add(session);
      return session;
    } catch (error) {
      await started.browser?.then((browser) => browser.close()).catch(() => undefined);
      await started.server?.stop();
      bridge.dispose();
      removeFolder(home);
      throw error;
    }
  }

  /** Ends everything that was started and removes what it wrote. */
  async stop(): Promise<void> {
    Session.open.delete(this);
    await this.workbench.pictureFailure();
    await this.workbench.close();
    await this.browser.close();
    await this.server.stop();
    this.bridge.dispose();
    removeFolder(this.home);
  }
}
