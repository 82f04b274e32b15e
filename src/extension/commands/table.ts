import * as vscode from 'vscode';
import { type ErrorCode, type ErrorPayload } from '../../shared/errors';
import type { CommandId } from '../../shared/ids';
import type { Remedy } from '../presenter';
import { allocatePlan } from './allocate';
import { installGpuRuntime } from './installGpuRuntime';
import type { ExperimentCommand, Parts } from './parts';
import { pickModelRemedy } from './pickModel';
import { resume } from './resume';
import { runExperiment } from './runExperiment';
import { scoreLayers } from './scoreLayers';
import { selectDevice } from './selectDevice';
import { train } from './train';

/** What a command gives to `executeCommand` where it failed; the user has been shown it already. */
export interface Failed {
  readonly error: ErrorPayload;
}

const showMap: ExperimentCommand = ({ panels }, uri) => panels.show(uri);

/** What each command does with what it was given. */
export type CommandTable = Readonly<Record<CommandId, (given: unknown) => unknown>>;

/** Every command, so that none can be declared and forgotten. */
export function commandTable(parts: Parts): CommandTable {
  const about = (id: CommandId, run: ExperimentCommand) => (given: unknown) =>
    onExperiment(parts, id, run, given);
  const alone = (run: (parts: Parts) => Promise<unknown>) => () =>
    run(parts).catch((thrown: unknown) => failed(parts, thrown));
  return {
    'adapterLab.scoreLayers': about('adapterLab.scoreLayers', scoreLayers),
    'adapterLab.allocate': about('adapterLab.allocate', allocatePlan),
    'adapterLab.runExperiment': about('adapterLab.runExperiment', runExperiment),
    'adapterLab.train': about('adapterLab.train', train),
    'adapterLab.commitPlan': about('adapterLab.commitPlan', async (given, uri) =>
      (await given.onDemand()).commitPlan(given, uri),
    ),
    'adapterLab.showAllocationMap': about('adapterLab.showAllocationMap', showMap),
    'adapterLab.stop': () => parts.jobs.stop(),
    'adapterLab.resume': about('adapterLab.resume', resume),
    'adapterLab.selectDevice': alone(selectDevice),
    'adapterLab.installGpuRuntime': alone(installGpuRuntime),
  };
}

async function onExperiment(
  parts: Parts,
  id: CommandId,
  run: ExperimentCommand,
  given: unknown,
): Promise<unknown> {
  let uri: vscode.Uri | undefined;
  try {
    uri = await parts.experiments.target(given);
    return uri && (await run(parts, uri));
  } catch (thrown) {
    return failed(parts, thrown, (code) => remedyFor(parts, code, id, uri));
  }
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
    case 'plan-missing':
      return step('Allocate', 'adapterLab.allocate');
    case 'model-dtype-unsupported':
      return uri && pickModelRemedy(parts, uri);
    case 'engine-crashed':
    case 'engine-killed':
    case 'engine-silent':
      return step('Try Again', id);
    default:
      return undefined;
  }
}
