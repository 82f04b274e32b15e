import * as vscode from 'vscode';
import { experimentName } from '../../files/runs';
import type { LabError } from '../../shared/errors';
import type { RunEvent } from '../../shared/runEvents';
import { decodeFromWebview, type PageAction } from '../../shared/webviewProtocol';
import type { Log } from '../log';
import { pageHtml } from './html';
import { pathOfExperiment } from './places';
import { endOf, RunFeed } from './runFeed';

/** One tab that shows an experiment's run. */
export class RunPanel {
  private feed: RunFeed | undefined;
  private standIn: readonly RunEvent[] = [];
  private readonly subscriptions: vscode.Disposable[];

  /** @param act called with what the user pressed */
  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly experiment: vscode.Uri,
    private folder: string | undefined,
    extension: vscode.Uri,
    act: (action: PageAction, panel: RunPanel) => void,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const decoded = decodeFromWebview(message);
        if (decoded?.type === 'ready') this.open();
        else if (decoded?.type === 'action') act(decoded.action, this);
      }),
      panel.onDidChangeViewState(() => {
        // A hidden page is taken down; it says that it is ready when it comes back.
        if (!panel.visible) this.close();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.feed && this.open()),
    ];
    panel.title = `Allocation Map: ${experimentName(experiment.fsPath)}`;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', `icon-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.html = pageHtml(panel.webview, extension);
  }

  /** Absolute path of the run that is shown. */
  get run(): string | undefined {
    return this.folder;
  }

  /** Shows another run. `standIn` is shown for the journal of one that has just been started. */
  turnTo(run: string | undefined, standIn: readonly RunEvent[] = []): void {
    this.folder = run;
    this.standIn = standIn;
    if (this.feed) this.open();
  }

  /** Hint that the journal of the run has grown. */
  look(): void {
    this.feed?.look();
  }

  /** The job of this run ended with an error, perhaps before there was a journal that could say so. */
  jobEnded(error: LabError): void {
    this.standIn = [...this.standIn, endOf(error)];
    this.feed?.jobEnded(error);
  }

  /** To be called when the tab is closed. */
  dispose(): void {
    this.close();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private open(): void {
    this.close();
    const feed = new RunFeed(
      {
        experiment: pathOfExperiment(this.experiment),
        run: this.folder,
        standIn: this.standIn,
        trusted: vscode.workspace.isTrusted,
      },
      (message) => void this.panel.webview.postMessage(message),
      this.log,
    );
    this.feed = feed;
    feed.start().catch((thrown: unknown) => this.log.error(String(thrown)));
  }

  private close(): void {
    this.feed?.dispose();
    this.feed = undefined;
  }
}
