import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { runsRoot } from '../../files/runs';
import { views } from '../../shared/ids';
import type { RunEvent } from '../../shared/runEvents';
import type { PageAction, PageTab } from '../../shared/webviewProtocol';
import type { Log } from '../log';
import type { Jobs } from '../runs/jobs';
import type { RunStore } from '../runs/runStore';
import type { DraftKeeper } from './draftPage';
import { assetsOf } from './html';
import { experimentAt } from './places';
import { RunPanel, type SearchesOfPage } from './runPanel';

export interface ShowOptions {
  /** Absolute path of the run's folder; the newest where absent. */
  readonly run?: string;
  /** What the run's journal will begin with. */
  readonly begun?: RunEvent;
  /** The part of the page that is asked for. */
  readonly tab?: PageTab;
  /** Leaves the cursor in the text. */
  readonly preserveFocus?: boolean;
}

/** The pages of runs, one an experiment. */
export class RunPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly panels = new Map<string, RunPanel>();
  private readonly subscriptions: readonly { dispose(): void }[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly runs: RunStore,
    private readonly jobs: Jobs,
    private readonly act: (action: PageAction, panel: RunPanel) => void,
    private readonly searches: SearchesOfPage,
    private readonly drafts: DraftKeeper,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      jobs.onEnd(({ run, error }) => {
        if (error) this.showing(run)?.jobEnded(error);
      }),
    ];
  }

  /** Shows an experiment's run beside the text, in the tab that is there or in a new one. */
  async show(experiment: vscode.Uri, options: ShowOptions = {}): Promise<void> {
    const {
      run = (await this.runs.folders(experiment.fsPath))[0],
      begun,
      tab,
      preserveFocus = false,
    } = options;
    const open = this.panels.get(experiment.fsPath);
    if (open) {
      if (open.run !== run || begun) open.turnTo(run, begun && [begun]);
      open.turnTab(tab);
      open.panel.reveal(undefined, preserveFocus);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      views.run,
      'Allocation Map',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus },
      this.options,
    );
    const page = this.adopt(panel, experiment, run);
    page.turnTo(run, begun && [begun]);
    page.turnTab(tab);
  }

  /** Whether an experiment has a page. */
  isOpen({ fsPath }: vscode.Uri): boolean {
    return this.panels.has(fsPath);
  }

  /** Turns the page of an experiment, where there is one, to a run that was worked on. */
  turn(experiment: vscode.Uri, run: string): void {
    const open = this.panels.get(experiment.fsPath);
    if (open && open.run !== run) open.turnTo(run);
  }

  /** A run was deleted: a page that shows it turns to the newest that is left. */
  async leave(run: string): Promise<void> {
    const page = this.showing(run);
    page?.turnTo((await this.runs.folders(page.experiment.fsPath))[0]);
  }

  /** Hint that a run's journal has grown. */
  look(run: string): void {
    this.showing(run)?.look();
  }

  /** The run that an experiment's page shows. */
  runOf(experiment: string): string | undefined {
    return this.panels.get(experiment)?.run;
  }

  /** Whether a run is before the user's eyes. */
  isVisible(run: string): boolean {
    return this.showing(run)?.panel.visible === true;
  }

  /** The experiment whose page has the focus. */
  get focused(): vscode.Uri | undefined {
    return [...this.panels.values()].find(({ panel }) => panel.active)?.experiment;
  }

  /** A window that was reloaded brings its pages back: the state is what the page saved. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { experiment: path, run: name } = (state ?? {}) as { experiment?: unknown; run?: unknown };
    const experiment = typeof path === 'string' ? await experimentAt(path) : undefined;
    if (!experiment || this.panels.has(experiment.fsPath)) {
      panel.dispose();
      return;
    }
    panel.webview.options = this.options;
    this.adopt(panel, experiment, await this.restoredRun(experiment.fsPath, name));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { panel } of this.panels.values()) panel.dispose();
  }

  private get options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, localResourceRoots: [assetsOf(this.extension)] };
  }

  /** The run that the page showed, unless it was deleted since: then the newest. */
  private async restoredRun(experiment: string, name: unknown): Promise<string | undefined> {
    // A saved name is only ever that of a folder among the runs.
    if (typeof name === 'string' && name !== '' && name === basename(name)) {
      const run = join(runsRoot(experiment), name);
      if ((await stat(run).catch(() => undefined))?.isDirectory()) return run;
    }
    return (await this.runs.folders(experiment))[0];
  }

  private adopt(panel: vscode.WebviewPanel, experiment: vscode.Uri, run: string | undefined): RunPanel {
    const page = new RunPanel(
      panel,
      experiment,
      run,
      this.extension,
      this.act,
      this.searches,
      this.drafts,
      this.jobs,
      this.log,
    );
    this.panels.set(experiment.fsPath, page);
    panel.onDidDispose(() => {
      page.dispose();
      this.panels.delete(experiment.fsPath);
    });
    return page;
  }

  private showing(run: string): RunPanel | undefined {
    return [...this.panels.values()].find((page) => page.run === run);
  }
}
