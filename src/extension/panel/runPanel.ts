import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentName } from '../../files/runs';
import { decodeFromWebview } from '../../shared/decodeFromWebview';
import type { LabError } from '../../shared/errors';
import type { RunEvent } from '../../shared/runEvents';
import type { PageAction, PageTab, RunMessage, Steering, ToWebview } from '../../shared/webviewProtocol';
import type { Log } from '../log';
import type { Jobs } from '../runs/jobs';
import { mapPalette, onSetting } from '../settings';
import type * as Searching from '../searching';
import type { DraftKeeper, DraftPage } from './draftPage';
import { pageHtml, pageIcon } from './html';
import { pathOfExperiment } from './places';
import { endOf, RunFeed } from './runFeed';

/** What a page knows of searches. */
export interface SearchesOfPage {
  readonly load: () => Promise<typeof Searching>;
  /** Called with what the user asks of the search that is shown. */
  readonly steer: (steering: Steering, panel: RunPanel) => void;
}

/** One tab that shows an experiment's run. */
export class RunPanel implements DraftPage {
  private feed: RunFeed | undefined;
  private search: Searching.SearchFeed | undefined;
  private standIn: readonly RunEvent[] = [];
  /** Asked for, and not told to the page yet. */
  private tab: PageTab | undefined;
  /** What the page was told of whose run it is. */
  private isElsewhere = false;
  private readonly subscriptions: readonly { dispose(): void }[];

  /** @param act called with what the user pressed */
  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly experiment: vscode.Uri,
    private folder: string | undefined,
    extension: vscode.Uri,
    act: (action: PageAction, panel: RunPanel) => void,
    private readonly searches: SearchesOfPage,
    private readonly drafts: DraftKeeper,
    private readonly jobs: Pick<Jobs, 'active' | 'onChange'>,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const decoded = decodeFromWebview(message);
        if (decoded?.type === 'ready') this.open();
        else if (decoded?.type === 'steer') searches.steer(decoded.steering, this);
        else if (decoded?.type === 'action' && decoded.action !== 'apply') act(decoded.action, this);
        else if (decoded) drafts.asked(this, decoded);
      }),
      panel.onDidChangeViewState(() => {
        // A hidden page is taken down; it says that it is ready when it comes back.
        if (!panel.visible) this.close();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.feed && this.open()),
      onSetting(['mapPalette'], () => this.feed && this.open()),
      // A run that this window goes on with can be stopped from here.
      jobs.onChange(() => this.isElsewhere && this.isMine && this.feed && this.open()),
    ];
    panel.title = `Allocation Map: ${experimentName(experiment.fsPath)}`;
    panel.iconPath = pageIcon(extension);
    panel.webview.html = pageHtml(panel.webview, extension, { bundle: 'webview', title: 'Allocation Map' });
  }

  private get isMine(): boolean {
    return this.folder !== undefined && this.folder === this.jobs.active?.run;
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

  /** Shows a part of the page, once it has been told of the run. */
  turnTab(tab: PageTab | undefined): void {
    this.tab = tab;
    if (this.feed?.isOpen === true) this.tellTab();
  }

  /** Hint that the journal of the run has grown. */
  look(): void {
    this.feed?.look();
    void this.search?.look();
  }

  /** The job of this run ended with an error, perhaps before there was a journal that could say so. */
  jobEnded(error: LabError): void {
    this.standIn = [...this.standIn, endOf(error)];
    this.feed?.jobEnded(error);
  }

  /** A hidden page hears nothing; it is told all when it comes back. */
  post(message: ToWebview): Thenable<boolean> | undefined {
    return this.feed && this.panel.webview.postMessage(message);
  }

  /** To be called when the tab is closed. */
  dispose(): void {
    this.close();
    this.drafts.closed(this);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private open(): void {
    this.close();
    this.isElsewhere = this.folder !== undefined && !this.isMine;
    const feed = new RunFeed(
      {
        experiment: pathOfExperiment(this.experiment),
        run: this.folder,
        standIn: this.standIn,
        trusted: vscode.workspace.isTrusted,
        palette: mapPalette(),
        elsewhere: this.isElsewhere,
      },
      (message) => {
        const taken = this.post(message);
        if (this.feed !== feed) return;
        this.tellTab();
        this.drafts.told(this, message);
        void this.followSearch(message);
        return taken;
      },
      this.log,
    );
    this.feed = feed;
    feed.start().catch((thrown: unknown) => this.log.error(String(thrown)));
  }

  /** Has the page told of a search once there is one. */
  private async followSearch({ type, events }: RunMessage): Promise<void> {
    const { feed, folder } = this;
    if (type === 'open') {
      // A page that is opened anew has forgotten what it was told.
      this.search?.dispose();
      this.search = undefined;
    }
    if (this.search || folder === undefined || !events.some((event) => event.type === 'search-begun')) return;
    const { SearchFeed } = await this.searches.load();
    if (this.search || this.feed !== feed || this.folder !== folder) return;
    this.search = new SearchFeed(folder, (message) => this.post(message), this.log);
    this.search.start();
  }

  private tellTab(): void {
    const { tab, folder } = this;
    this.tab = undefined;
    if (tab !== undefined && folder !== undefined) this.post({ type: 'turn', run: basename(folder), tab });
  }

  private close(): void {
    this.feed?.dispose();
    this.feed = undefined;
    this.search?.dispose();
    this.search = undefined;
  }
}
