import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentName } from '../../files/runs';
import type { RunEvent } from '../../shared/runEvents';
import { decodeFromWebview } from '../../shared/decodeFromWebview';
import type { FromWebview, ToWebview } from '../../shared/webviewProtocol';
import { assetsOf, pageHtml } from '../panel/html';
import { pathOfExperiment } from '../panel/places';
import { RunFeed } from '../panel/runFeed';
import type { Job } from '../runs/jobs';
import type { ViewParts } from './parts';
import { PauseFeed } from './pauseFeed';
import { sameShown, toShow, type LiveRun } from './toShow';
import type { WorkspaceRuns } from './workspaceRuns';

/**
 * The view *Live Run*: the run in progress, else the newest. It has no choice of its own, so that after a reload, or when it is
 * opened again, it shows what there is to show then.
 */
export class LiveView implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  private feed: RunFeed | undefined;
  private pauses: PauseFeed | undefined;
  private shown: LiveRun | undefined;
  private looking = 0;
  /** The page has said that it is ready, and has not been told of anything yet. */
  private isBlank = false;
  private readonly subscriptions: readonly { dispose(): void }[];

  constructor(
    private readonly parts: Pick<ViewParts, 'jobs' | 'extension' | 'log' | 'act' | 'steer'>,
    private readonly runs: WorkspaceRuns,
  ) {
    this.subscriptions = [
      runs.onChange((change) => {
        // Progress alone turns to no other run.
        if (change.what !== 'run' || change.files === true) this.turn();
      }),
      parts.jobs.onChange(() => this.feed?.look()),
      parts.jobs.onEnd(({ run, error }) => {
        if (error && run === this.shown?.run) this.feed?.jobEnded(error);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.feed && this.open()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    const { extension, log } = this.parts;
    this.view = view;
    webview.options = { enableScripts: true, localResourceRoots: [assetsOf(extension)] };
    webview.onDidReceiveMessage((message: unknown) => this.take(decodeFromWebview(message)));
    view.onDidChangeVisibility(() => {
      // A hidden page is taken down; it says that it is ready when it comes back.
      if (!view.visible) this.close();
    });
    view.onDidDispose(() => {
      this.close();
      this.view = undefined;
    });
    webview.html = pageHtml(webview, extension, { bundle: 'live', title: 'Live Run' });
    log.debug('The live view was opened.');
  }

  dispose(): void {
    this.close();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private take(message: FromWebview | undefined): void {
    const { act, steer } = this.parts;
    const { experiment, run } = this.shown ?? {};
    const page = experiment === undefined ? undefined : { experiment: vscode.Uri.file(experiment), run };
    if (message?.type === 'ready') this.open();
    else if (message?.type === 'action' && message.action === 'newExperiment') {
      // There may be none yet that it could be about.
      void vscode.commands.executeCommand('adapterLab.newExperiment');
    } else if (message?.type === 'action' && page) act(message.action, page);
    else if (message?.type === 'steer' && page) steer(message.steering, page);
  }

  /** Looks whether another run is to be shown, as long as a page is there to show it. */
  private turn(): void {
    if (this.feed) void this.choose();
  }

  /** The page has to be told even if it shows this very run. */
  private open(): void {
    this.isBlank = true;
    void this.choose();
  }

  private async choose(): Promise<void> {
    const look = ++this.looking;
    let run: LiveRun | undefined;
    try {
      run = await toShow(this.runs);
    } catch (thrown) {
      // What is shown already is better than nothing.
      this.parts.log.error(String(thrown));
      run = this.shown;
    }
    // Something else was asked meanwhile, or nobody looks any more.
    if (look !== this.looking || !this.view?.visible) return;
    if (!this.isBlank && sameShown(run, this.shown)) return;
    this.close();
    this.isBlank = false;
    this.shown = run;
    this.begin(run);
  }

  private begin(run: LiveRun | undefined): void {
    const { view } = this;
    if (!view) return;
    const { jobs, log } = this.parts;
    const { active } = jobs;
    const post = (message: ToWebview): Thenable<boolean> => view.webview.postMessage(message);
    view.description = run === undefined ? '' : experimentName(run.experiment);
    const feed = new RunFeed(
      {
        experiment: run === undefined ? '' : pathOfExperiment(vscode.Uri.file(run.experiment)),
        run: run?.run,
        standIn: active && active.run === run?.run ? begunOf(active) : [],
        trusted: vscode.workspace.isTrusted,
        elsewhere: run?.elsewhere === true,
      },
      (message) => {
        const taken = post(message);
        if (message.type === 'open' && this.feed === feed) this.followPauses(run?.run, post);
        return taken;
      },
      log,
    );
    this.feed = feed;
    feed.start().catch((thrown: unknown) => log.error(String(thrown)));
  }

  /** To be called when a page was opened anew: it has forgotten what it was told. */
  private followPauses(run: string | undefined, post: (message: ToWebview) => void): void {
    this.pauses?.dispose();
    this.pauses = run === undefined ? undefined : new PauseFeed(run, post, this.parts.log);
    this.pauses?.start();
  }

  private close(): void {
    this.feed?.dispose();
    this.feed = undefined;
    this.pauses?.dispose();
    this.pauses = undefined;
  }
}

/** What the journal of a run of this window will say first. */
function begunOf({ experiment, state }: Job): RunEvent[] {
  const { job, startedAt, tasks } = state;
  if (job === undefined || startedAt === undefined) return [];
  const names = tasks.map(({ name }) => name);
  return [{ at: startedAt, type: 'started', job, experiment: basename(experiment), tasks: names }];
}
