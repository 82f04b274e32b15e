import type { Command } from 'commander';
import { readExperiment } from '../../configs/experiment/parse';
import { runExperiment } from '../../engine/runExperiment';
import { newRunFolder } from '../../files/runs';
import { layerTable, noiseWarnings } from '../../planning/report';
import { searchEnd, searchTable } from '../../planning/searchReport';
import { verdictLines } from '../../planning/verdictReport';
import { capital, formatBytes, formatSeconds } from '../../shared/format';
import type { Cost } from '../../shared/runEvents';
import type { RunState } from '../../shared/runState';
import { version } from '../../shared/version';
import type { Device } from '../../shared/words';
import { absolute, deviceGiven, deviceOption } from '../options';
import { addExecutor, executorGiven, withExecutor, type ExecutorGiven } from '../executorOption';
import { drawnRun } from '../drawnRun';
import { interruptSignal, print, quoted, say, shown, shownReports } from '../terminal';

interface Options extends ExecutorGiven {
  device: Device | 'auto';
  resume?: string;
}

/** `adapter-lab run`: the main job of an experiment from end to end. */
export function addRun(program: Command): void {
  addExecutor(program.command('run'))
    .description(
      'score the layers, search the rank where the experiment has search:, allocate under the budget, write the plan into the experiment, judge it where the experiment has judge:, report',
    )
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .addOption(deviceOption())
    .option('--resume <run>', 'go on with this stopped run', absolute)
    .action(async (experiment: string, options: Options) => {
      const { device, resume } = options;
      const run = resume ?? newRunFolder(experiment, 'run', new Date());
      const resumes = resume !== undefined;
      const command = [
        'adapter-lab run',
        quoted(shown(experiment)),
        ...deviceGiven(device),
        ...executorGiven(options),
      ].join(' ');
      const writer = await drawnRun(run, command, resumes, async (told) =>
        runExperiment(
          withExecutor(await readExperiment(experiment), options),
          { run, device, version, resume: resumes, told, command },
          interruptSignal(),
        ),
      );
      for (const warning of noiseWarnings(writer.state)) say(warning);
      print(summaryOf(writer.state, run, experiment).join('\n'));
    });
}

/** What it took, beside what was foreseen where a run that went on has anything foreseen. */
function costLine(estimate: RunState['estimate'], { seconds, memoryBytes }: Cost): string {
  const took = `took ${formatSeconds(seconds)} and ${formatBytes(memoryBytes)}.`;
  return estimate === undefined
    ? capital(took)
    : `Estimated ${formatSeconds(estimate.seconds)} and ${formatBytes(estimate.memoryBytes)}; ${took}`;
}

function summaryOf(state: RunState, run: string, experiment: string): string[] {
  const { estimate, actual, plan, searched, verdict } = state;
  return [
    '',
    ...layerTable(state),
    '',
    ...(searched.length === 0 ? [] : [...searchTable(state), '', ...searchEnd(state)]),
    plan?.summary ?? '',
    '',
    ...(verdict === undefined ? [] : [...verdictLines(state), '']),
    ...(actual === undefined ? [] : [costLine(estimate, actual)]),
    `Wrote ${shown(experiment)} (plan:), ${shownReports(run).join(', ')}`,
    `Next: adapter-lab commit ${shown(experiment)}`,
  ];
}
