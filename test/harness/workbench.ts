import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { type Bridge, PATIENCE, type Remote } from './bridge';
import { answerDialog, answerToast, dialog, toast } from './notifications';
import { openPalette, quickInput, quickRow, runFromPalette } from './palette';
import { pause } from './processes';
import type { VscodeServer } from './server';
import { type Theme, themes } from './settings';
import { keepStill } from './still';
import { findWebview } from './webviews';

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** Where pictures of failures go; git ignores it. */
export const SCREENSHOTS = resolve(__dirname, '../e2e/screenshots');

/** From nothing to an answering extension host takes 7 to 9 s; this is for a machine that does much else. */
const START = 90_000;

/**
 * The window under test. What sets the scene goes through the extension host (`exec`, `open`, `cursor`, `evaluate`)
 * and is there at once; clicks and keys are kept for what is tested.
 */
export class Workbench {
  /** Title of a test that has failed and of which no picture was taken yet. */
  failure: string | undefined;

  private constructor(
    readonly page: Page,
    private readonly bridge: Bridge,
    /** The folder that is open. */
    readonly folder: string,
  ) {}

  static async open(
    browser: Browser,
    server: VscodeServer,
    bridge: Bridge,
    folder: string,
    viewport: Viewport = { width: 1280, height: 800 },
  ): Promise<Workbench> {
    const context = await browser.newContext({
      viewport,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    // The key that the browser's store of secrets is locked with. Only the wrapper we do not use would answer this.
    const key = randomBytes(32);
    await context.route('**/mint-key', (route) => route.fulfill({ body: key }));
    // The compiler of the tests wraps functions in calls of __name, which page.evaluate would send along.
    await context.addInitScript({ content: 'globalThis.__name = globalThis.__name || ((value) => value);' });
    await keepStill(context);
    const workbench = new Workbench(await context.newPage(), bridge, folder);
    bridge.forgetHost();
    try {
      await workbench.page.goto(server.url(folder), { timeout: START });
      await workbench.ready();
    } catch (error) {
      await workbench.screenshot(join(SCREENSHOTS, 'failed-to-open.png')).catch(() => undefined);
      await context.close();
      throw error;
    }
    return workbench;
  }

  /** Loads the page again, as the command Reload Window does; the extension host is a new one then. */
  async reload(): Promise<void> {
    await this.pictureFailure();
    await this.saveState();
    this.bridge.forgetHost();
    await this.page.reload({ timeout: START });
    await this.ready();
  }

  /** In a browser VS Code saves which editors are open when its window loses the focus or has nothing else to do, not at the end. */
  private async saveState(): Promise<void> {
    await this.page.evaluate(
      `document.hasFocus = () => false; document.dispatchEvent(new Event('visibilitychange'));`,
    );
    await pause(3000);
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').first().waitFor({ timeout: START });
    await this.bridge.ready(START);
  }

  /** Closes the page the way a user does, so that its extension host ends instead of waiting for it to come back. */
  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: true }).catch(() => undefined);
    await Promise.race([this.page.context().close(), pause(3000)]);
  }

  // The extension host.

  /** Runs a function in the extension host. It sees `vscode` and its arguments, which travel as JSON, and no more. */
  evaluate<R, A = undefined>(run: Remote<A, R>, args?: A, timeout?: number): Promise<R> {
    return this.bridge.evaluate(run, args, timeout);
  }

  /** Runs a command and waits for it. Returns what it returns, where that can be said in JSON. */
  exec(command: string, ...args: unknown[]): Promise<unknown> {
    return this.evaluate(
      async (vscode, call) => {
        const result: unknown = await vscode.commands.executeCommand(call.command, ...call.args);
        try {
          return JSON.parse(JSON.stringify(result)) as unknown;
        } catch {
          return undefined;
        }
      },
      { command, args },
    );
  }

  /** Starts a command without waiting for it: for one that asks something first, which the test then answers. */
  async begin(command: string, ...args: unknown[]): Promise<void> {
    await this.evaluate((vscode, call) => void vscode.commands.executeCommand(call.command, ...call.args), {
      command,
      args,
    });
  }

  /** Waits until an extension is active. */
  async active(extension: string, timeout = START): Promise<void> {
    await this.until(
      () => this.evaluate((vscode, id) => vscode.extensions.getExtension(id)?.isActive === true, extension),
      `${extension} to be active`,
      timeout,
    );
  }

  /**
   * Opens a file of the workspace in an editor that keeps its tab, and gives it the focus. The cursor is at the start:
   * VS Code would put it where it was when the file was last closed.
   */
  async open(file: string): Promise<void> {
    await this.evaluate(
      async (vscode, path) => {
        const selection = new vscode.Range(0, 0, 0, 0);
        await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false, selection });
      },
      resolve(this.folder, file),
    );
  }

  /** Sets the cursor of the active editor. Lines and columns count from 1, as the status bar shows them. */
  async cursor(line: number, column: number): Promise<void> {
    await this.evaluate(
      (vscode, at) => {
        const editor = vscode.window.activeTextEditor;
        if (!editor) throw new Error('No editor is active.');
        const position = new vscode.Position(at.line - 1, at.column - 1);
        editor.selection = new vscode.Selection(position, position);
        editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      },
      { line, column },
    );
  }

  /** The text of a file as the editor has it, saved or not. */
  text(file: string): Promise<string> {
    return this.evaluate(
      async (vscode, path) => (await vscode.workspace.openTextDocument(vscode.Uri.file(path))).getText(),
      resolve(this.folder, file),
    );
  }

  /** Changes a setting of the user, the way the settings editor does. `undefined` brings the default back. */
  async setting(name: string, value: unknown): Promise<void> {
    await this.evaluate(
      (vscode, one) =>
        vscode.workspace.getConfiguration().update(one.name, one.value, vscode.ConfigurationTarget.Global),
      { name, value },
    );
  }

  /** Repeats a question until the answer is yes. */
  async until(ask: () => Promise<boolean>, what: string, timeout = PATIENCE): Promise<void> {
    const deadline = Date.now() + timeout;
    while (!(await ask())) {
      if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s for ${what}.`);
      await pause(50);
    }
  }

  // The window.

  /** Runs a command by its title in the palette. */
  command(title: string): Promise<void> {
    return runFromPalette(this.page, title);
  }
  openPalette(): Promise<void> {
    return openPalette(this.page);
  }
  /** The input of the palette, of a quick pick or of an input box, whichever is open. */
  get input(): Locator {
    return quickInput(this.page);
  }
  /** A choice in the open quick pick. */
  row(title: string): Locator {
    return quickRow(this.page, title);
  }
  /** The page inside a webview; `selector` is something that only this page has. Look again after it was replaced. */
  webview(selector: string, timeout?: number): Promise<Frame> {
    return findWebview(this.page, selector, timeout);
  }
  /** Loads the pages of all webviews again, and returns the one that only has `selector` once the old ones are gone. */
  async reloadWebviews(selector: string, timeout?: number): Promise<Frame> {
    const old = await this.webview(selector, timeout);
    await this.exec('workbench.action.webview.reloadWebviewAction');
    await this.until(() => Promise.resolve(old.isDetached()), 'the old page to go');
    return this.webview(selector, timeout);
  }
  toast(text: string | RegExp): Locator {
    return toast(this.page, text);
  }
  answerToast(text: string | RegExp, button: string): Promise<void> {
    return answerToast(this.page, text, button);
  }
  answerDialog(text: string | RegExp, button: string): Promise<void> {
    return answerDialog(this.page, text, button);
  }

  /** Switches the color theme and waits until the window wears it. */
  async theme(theme: Theme): Promise<void> {
    await this.setting('workbench.colorTheme', themes[theme]);
    const kinds = {
      light: 'vs',
      dark: 'vs-dark',
      'high-contrast': 'hc-black',
      'high-contrast-light': 'hc-light',
    };
    await this.page.locator(`.monaco-workbench.${kinds[theme]}`).first().waitFor({ timeout: PATIENCE });
  }

  async resize(viewport: Viewport): Promise<void> {
    await this.page.setViewportSize(viewport);
  }

  /** Writes a picture of the window to a file and returns its path. */
  async screenshot(file: string): Promise<string> {
    mkdirSync(dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }

  /**
   * Takes the picture of a failed test before anything changes the window. The runner only notes the failure, since
   * the hooks of a test file come before its own.
   */
  async pictureFailure(): Promise<void> {
    if (this.failure === undefined) return;
    const name = this.failure.match(/\w+/g)?.join('-').slice(0, 100) ?? 'test';
    this.failure = undefined;
    await this.screenshot(join(SCREENSHOTS, `failed-${name}.png`)).catch(() => undefined);
  }

  /** Brings the window back to what it was after the start: nothing open, nothing unsaved, nothing asked. */
  async reset(): Promise<void> {
    await this.pictureFailure();
    const asked = dialog(this.page).or(quickInput(this.page)).first();
    for (let tries = 0; tries < 5 && (await asked.isVisible()); tries++)
      await this.page.keyboard.press('Escape');
    await this.evaluate(async (vscode) => {
      const run = (id: string): Thenable<unknown> => vscode.commands.executeCommand(id);
      // Closing an unsaved file would ask what to do with it. What counts is the tabs: VS Code has settings.json open
      // and unsaved for a moment, unseen, whenever it writes a setting.
      for (const { input, isDirty } of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
        if (!isDirty || !(input instanceof vscode.TabInputText)) continue;
        await vscode.window.showTextDocument(input.uri);
        await run('workbench.action.revertAndCloseActiveEditor');
      }
      await run('workbench.action.closeAllEditors');
      await run('workbench.action.closePanel');
      await run('workbench.view.explorer');
      await run('notifications.clearAll');
    });
  }
}
