import * as vscode from 'vscode';
import { type ErrorCode, type ErrorPayload } from '../../shared/errors';
import { doneContext, type CommandId } from '../../shared/ids';
import type { PageTab } from '../../shared/webviewProtocol';
import type { Remedy } from '../presenter';
import { installGpuRuntime } from './installGpuRuntime';
import type { ExperimentCommand, Parts } from './parts';
import { showMapOfFile } from './showMap';
import { targetOf } from './target';
import type { TrainerCommand } from '../trainers/parts';
import { configGiven } from '../trainers/recognize';

/** What a command gives to `executeCommand` where it failed; the user has been shown it already. */
export interface Failed {
  readonly error: ErrorPayload;
}

/** Commands about an experiment that the bundle of `onDemand.ts` has. */
type LoadedCommand =
  | 'allocatePlan'
  | 'commitPlan'
  | 'judge'
  | 'resume'
  | 'runExperiment'
  | 'scoreLayers'
  | 'searchRanks'
  | 'train';

const showMap =
  (tab: PageTab | undefined): ExperimentCommand =>
  ({ panels }, uri, run) =>
    panels.show(uri, { ...(run === undefined ? {} : { run }), ...(tab === undefined ? {} : { tab }) });

/** What each command does with what it was given; `selected` are all rows that were selected with it. */
export type CommandTable = Readonly<Record<CommandId, (given: unknown, selected?: unknown) => unknown>>;

/** Every command, so that none can be declared and forgotten. */
export function commandTable(parts: Parts): CommandTable {
  const about = (id: CommandId, run: ExperimentCommand) => (given: unknown) =>
    onExperiment(parts, id, run, given);
  const loaded = (id: CommandId, name: LoadedCommand) =>
    about(id, async (given, uri, run) => (await given.onDemand())[name](given, uri, run));
  const alone =
    (run: (parts: Parts, given: unknown, selected: unknown) => unknown) =>
    async (given: unknown, selected?: unknown) => {
      try {
        return await run(parts, given, selected);
      } catch (thrown) {
        return failed(parts, thrown);
      }
    };
  const trainers = (name: TrainerCommand) =>
    alone(async ({ trainers: load }, given) => (await load()).commands[name](given));
  const table: CommandTable = {
    'adapterLab.newExperiment': alone(async (given) => (await given.onDemand()).newExperiment(given)),
    'adapterLab.openSample': alone(async (given, from) => (await given.onDemand()).openSample(given, from)),
    'adapterLab.scoreLayers': loaded('adapterLab.scoreLayers', 'scoreLayers'),
    'adapterLab.allocate': loaded('adapterLab.allocate', 'allocatePlan'),
    'adapterLab.runExperiment': loaded('adapterLab.runExperiment', 'runExperiment'),
    'adapterLab.searchRanks': loaded('adapterLab.searchRanks', 'searchRanks'),
    'adapterLab.pauseSearch': about('adapterLab.pauseSearch', async (given, uri, run) =>
      (await given.searching()).pauseSearch(given, uri, run),
    ),
    'adapterLab.addTrial': about('adapterLab.addTrial', async (given, uri, run) =>
      (await given.searching()).addTrial(given, uri, run),
    ),
    'adapterLab.train': loaded('adapterLab.train', 'train'),
    'adapterLab.judge': loaded('adapterLab.judge', 'judge'),
    'adapterLab.commitPlan': loaded('adapterLab.commitPlan', 'commitPlan'),
    'adapterLab.showAllocationMap': alone(
      async (_, given) =>
        (await showMapOfFile(given)) ??
        about('adapterLab.showAllocationMap', showMap(targetOf(given).tab))(given),
    ),
    'adapterLab.compare': alone(async ({ maps }, given, selected) =>
      (await maps()).comparisons.ask(given, selected),
    ),
    'adapterLab.applyPlan': trainers('applyPlan'),
    'adapterLab.exportPlan': trainers('exportPlan'),
    'adapterLab.importScores': trainers('importScores'),
    'adapterLab.stop': alone(({ jobs }, given) => jobs.stop(targetOf(given).run)),
    'adapterLab.resume': loaded('adapterLab.resume', 'resume'),
    'adapterLab.selectDevice': alone(async (given) => (await given.onDemand()).selectDevice(given)),
    'adapterLab.installGpuRuntime': alone(installGpuRuntime),
    'adapterLab.diagnosticReport': alone(async (given) => (await given.onDemand()).diagnosticReport(given)),
  };
  return Object.fromEntries(
    Object.entries(table).map(([id, run]) => [
      id,
      async (given: unknown, selected: unknown) => ended(id as CommandId, await run(given, selected)),
    ]),
  ) as CommandTable;
}

/** Notes that a command came to its end, by which a step of the walkthrough is done; who gave up is not told so. */
function ended(id: CommandId, result: unknown): unknown {
  const isFailed = typeof result === 'object' && result !== null && 'error' in result;
  if (result !== undefined && !isFailed)
    void vscode.commands.executeCommand('setContext', doneContext(id), true);
  return result;
}

async function onExperiment(
  parts: Parts,
  id: CommandId,
  run: ExperimentCommand,
  given: unknown,
): Promise<unknown> {
  const { file, run: folder } = targetOf(given);
  let uri: vscode.Uri | undefined;
  try {
    uri = (await experimentOfConfig(parts, file)) ?? (await parts.experiments.target(file));
    return uri && (await run(parts, uri, folder));
  } catch (thrown) {
    return failed(parts, thrown, (code) => remedyFor(parts, code, id, uri));
  }
}

/** What is asked for in a trainer's config is about the experiment that belongs to it. */
async function experimentOfConfig({ trainers }: Parts, given: unknown): Promise<vscode.Uri | undefined> {
  const config = configGiven(given, vscode.window.activeTextEditor?.document);
  return config && (await trainers()).experimentOf(config);
}

function failed(
  { presenter }: Parts,
  thrown: unknown,
  remedy: (code: ErrorCode) => Remedy | undefined = () => undefined,
): Failed {
  return { error: presenter.error(thrown, remedy).toPayload() };
}

/** What the command itself can offer: the step that was missing before it, or itself once more. */
function remedyFor(
  parts: Parts,
  code: ErrorCode,
  id: CommandId,
  uri: vscode.Uri | undefined,
): Remedy | undefined {
  const step = (title: string, command: CommandId): Remedy => ({
    title,
    run: () => vscode.commands.executeCommand(command, uri),
  });
  switch (code) {
    case 'run-not-found':
      return step('Score Layers', 'adapterLab.scoreLayers');
    case 'experiment-missing':
      return uri ? undefined : step('New Experiment', 'adapterLab.newExperiment');
    case 'plan-missing':
      return step('Allocate', 'adapterLab.allocate');
    case 'model-dtype-unsupported':
      return (
        uri && { title: 'Pick Folder…', run: async () => (await parts.onDemand()).pickModel(parts, uri) }
      );
    case 'engine-crashed':
    case 'engine-killed':
    case 'engine-silent':
      return step('Try Again', id);
    default:
      return undefined;
  }
}
