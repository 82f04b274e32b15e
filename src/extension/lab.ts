import * as vscode from 'vscode';
import { LabError } from '../shared/errors';
import { contexts } from '../shared/ids';
import { pausedWords } from '../shared/searchWords';
import type { PageAction, Steering } from '../shared/webviewProtocol';
import type { Home, Parts } from './commands/parts';
import { commandTable, type CommandTable } from './commands/table';
import type { Dialogs } from './dialogs';
import { pickModelCommand } from './editor/quickFixes';
import { registerEditorFeatures } from './editor/register';
import type { EngineClient } from './engineClient/engineClient';
import { createEngine, engineRenewal, findRuntime, offerRestartWhenSilent } from './engineOfWindow';
import { Experiments } from './experiments';
import type * as MapsBundle from './maps';
import type { MapParts, Maps } from './maps/parts';
import { draftsOf } from './maps/whenLoaded';
import { actOnPage, steerFromPage, type Shown } from './pageActions';
import { RunPanels } from './panel/runPanels';
import type * as OnDemand from './onDemand';
import type { Presenter } from './presenter';
import { Jobs, type Job } from './runs/jobs';
import { offerLeftJobs } from './runs/leftJobs';
import { RunStore } from './runs/runStore';
import type { RuntimesOfWindow } from './runtimes/parts';
import type * as Searching from './searching';
import { StatusBar } from './statusBar';
import type * as TrainersBundle from './trainers';
import type { Trainers } from './trainers/parts';
import type * as ViewsBundle from './views';
import type { TreeShell, ViewParts, Views } from './views/parts';

/** Everything that the extension is, once it is needed. */
export interface Lab extends vscode.Disposable {
  readonly commands: CommandTable;
  readonly pages: vscode.WebviewPanelSerializer;
  readonly engine: EngineClient;
  /** What is about users' own configs; loads it. */
  trainers(): Promise<Trainers>;
  /** What edits plans on pages; loads it. */
  maps(): Promise<Maps>;
  /** Shows the sample where this window was opened for it. */
  greet(): Promise<void>;
  /** What the side bar shows; loads it. */
  views(): Promise<Views>;
  /** Says which runs were left to a cluster. */
  offerLeftJobs(): Promise<void>;
  /** Ends the engine for good; a run that is going on gets its end written. */
  end(): Promise<void>;
}

/**
 * Puts the parts together. Nothing is read and no process is started here.
 *
 * @param home what is the extension's own
 * @param memento where it may keep what is of this workspace
 */
export function createLab(
  home: Home,
  dialogs: Dialogs,
  presenter: Presenter,
  log: vscode.LogOutputChannel,
  memento: vscode.Memento,
  tree: TreeShell,
): Lab {
  const { extensionUri: extension, globalStorageUri: storage } = home;
  const runs = new RunStore();
  const folder = vscode.Uri.joinPath(storage, 'runtimes').fsPath;
  const engine = createEngine(vscode.Uri.joinPath(extension, 'dist', 'worker.js').fsPath, folder, log);
  const jobs = new Jobs(engine, log);
  const renewal = engineRenewal(engine, jobs);
  const runtimes: RuntimesOfWindow = {
    extension: extension.fsPath,
    folder,
    findNode: findRuntime,
    renewEngine: renewal.renew,
  };
  const act = (action: PageAction, page: Shown): void => {
    actOnPage(action, page).catch((thrown: unknown) => presenter.error(thrown));
  };
  const steer = (steering: Steering, page: Shown): void => {
    steerFromPage(parts, steering, page).catch((thrown: unknown) => presenter.error(thrown));
  };
  const panels: RunPanels = new RunPanels(
    extension,
    runs,
    jobs,
    act,
    { load: () => searching(), steer },
    draftsOf(
      () => maps(),
      (thrown) => presenter.error(thrown),
    ),
    log,
  );
  // esbuild.config.ts leaves this very path alone, and those of searching, trainers, maps and views.
  const onDemand = (): Promise<typeof OnDemand> => import('./onDemand');
  const searching = (): Promise<typeof Searching> => import('./searching');
  const { hints, disposables } = registerEditorFeatures(runs, jobs, onDemand);
  const experiments = new Experiments(dialogs, () => panels.focused);
  let opened: Promise<Trainers> | undefined;
  const trainers = (): Promise<Trainers> => (opened ??= openTrainers(parts, owned));
  const parts: Parts = {
    ...{ dialogs, experiments, presenter, jobs, runs, panels, hints, engine, runtimes },
    ...{ home, onDemand, searching, trainers, maps: () => maps() },
  };
  let mapped: Promise<Maps> | undefined;
  const maps = (): Promise<Maps> =>
    (mapped ??= openMaps({ ...parts, extension, memento, log }, owned).catch((thrown: unknown) => {
      // What could not be loaded once may be later.
      mapped = undefined;
      throw thrown;
    }));
  let seen: Promise<Views> | undefined;
  const views = (): Promise<Views> =>
    (seen ??= openViews(
      { jobs, runs, panels, presenter, dialogs, extension, log, act, steer, memory: memento },
      tree,
      owned,
    ));
  const owned: vscode.Disposable[] = [
    panels,
    new StatusBar(engine, jobs),
    ...disposables,
    vscode.commands.registerCommand(pickModelCommand, async (uri: vscode.Uri) =>
      (await onDemand()).pickModel(parts, uri),
    ),
    jobs.onChange(announce(contexts.running, (job) => job !== undefined)),
    jobs.onChange(
      announce(contexts.paused, (job) => job !== undefined && pausedWords(job.state) !== undefined),
    ),
    // The icon of the side bar shows that a run is in progress, whether or not it was ever opened.
    jobs.onChange(() => void views()),
    offerRestartWhenSilent(engine, presenter),
    renewal,
  ];
  return {
    commands: commandTable(parts),
    pages: panels,
    engine,
    trainers,
    maps,
    greet: async () => (await onDemand()).showSample(parts),
    views,
    offerLeftJobs: () => offerLeftJobs(parts),
    end: async () => {
      const idle = jobs.idle();
      await engine.dispose(windowGone());
      await idle;
    },
    dispose: () => owned.forEach((one) => one.dispose()),
  };
}

async function openTrainers(parts: Parts, owned: vscode.Disposable[]): Promise<Trainers> {
  const bundle: typeof TrainersBundle = await import('./trainers');
  const trainers = bundle.openTrainers(parts);
  owned.push(trainers);
  return trainers;
}

async function openMaps(parts: MapParts, owned: vscode.Disposable[]): Promise<Maps> {
  const bundle: typeof MapsBundle = await import('./maps');
  const maps = bundle.openMaps(parts);
  owned.push(maps);
  return maps;
}

async function openViews(parts: ViewParts, tree: TreeShell, owned: vscode.Disposable[]): Promise<Views> {
  const bundle: typeof ViewsBundle = await import('./views');
  const views = bundle.openViews(parts, tree);
  owned.push(views);
  return views;
}

const windowGone = (): LabError =>
  new LabError(
    'engine-killed',
    'The window was reloaded or closed, which ended the engine before the run came to its end.',
    'Start it again.',
  );

/** Keeps a context key for `when` clauses in step. */
function announce(key: string, isSo: (job: Job | undefined) => boolean): (job: Job | undefined) => void {
  let told = false;
  return (job) => {
    const now = isSo(job);
    if (now === told) return;
    told = now;
    void vscode.commands.executeCommand('setContext', key, now);
  };
}
