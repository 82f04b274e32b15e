import { Command, CommanderError } from 'commander';
import { answeredProbe } from '../engine/devices';
import { servedLane } from '../engine/lanes/serveLane';
import { servedPiece } from '../engine/pieces/servePiece';
import { servedApart } from '../engine/apart/serveApart';
import { exitCodes } from '../shared/errors';
import { version } from '../shared/version';
import { addAllocate } from './commands/allocate';
import { addApply } from './commands/apply';
import { addCheck } from './commands/check';
import { addCommit } from './commands/commit';
import { addDevices } from './commands/devices';
import { addExport } from './commands/export';
import { addInspect } from './commands/inspect';
import { addJudge } from './commands/judge';
import { addMerge } from './commands/merge';
import { addRun } from './commands/run';
import { addScore } from './commands/score';
import { addSearch } from './commands/search';
import { addTrain } from './commands/train';
import { reportError } from './terminal';
import { usageError } from './usageError';

/** The command line: every command is one file under commands/. */
async function main(): Promise<number> {
  if (servedLane(process.argv) || servedApart(process.argv)) return new Promise<number>(() => undefined);
  const piece = servedPiece(process.argv);
  if (piece !== undefined) return piece;
  if (await answeredProbe(process.argv)) return 0;
  const program = new Command('adapter-lab')
    .description(
      'Design the adapter experiment: score layers, allocate under a budget, write the plan, commit it.',
    )
    .version(version)
    .exitOverride()
    // Said below, in the form of every other error.
    .configureOutput({ outputError: () => undefined });
  for (const add of [
    addDevices,
    addInspect,
    addCheck,
    addScore,
    addAllocate,
    addSearch,
    addTrain,
    addJudge,
    addMerge,
    addExport,
    addRun,
    addApply,
    addCommit,
  ])
    add(program);
  try {
    await program.parseAsync();
    // A command that found what it looks for says so by its exit code, and is no error.
    return Number(process.exitCode ?? 0);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return reportError(thrown);
    if (thrown.exitCode === 0) return 0;
    return thrown.code === 'commander.help'
      ? exitCodes.input
      : reportError(usageError(thrown, program, process.argv.slice(2)));
  }
}

void main().then((code) => {
  // Devices keep handles open; what was to be written has been written.
  process.exit(code);
});
