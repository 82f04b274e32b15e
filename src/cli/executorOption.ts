import { Option, type Command } from 'commander';
import type { Experiment } from '../configs/experiment/experiment';
import { executorNames, type ExecutorName } from '../shared/executorWords';
import { positiveInteger } from './options';

/** What was said of an executor on the command line. */
export interface ExecutorGiven {
  readonly executor?: ExecutorName | undefined;
  readonly atOnce?: number | undefined;
}

/** Adds the options by which a command says where the parts of its job are done. */
export const addExecutor = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--executor <name>',
        "where trials, trainings of a verdict and parts of a score are done; the experiment's where absent",
      ).choices([...executorNames]),
    )
    .option('--at-once <n>', 'so many of them at the same time, at most', positiveInteger);

/** An experiment whose executor is the one that the command line names; what the experiment says of jobs holds. */
export const withExecutor = (experiment: Experiment, { executor, atOnce }: ExecutorGiven): Experiment => ({
  ...experiment,
  ...(executor === undefined ? {} : { executor }),
  ...(atOnce === undefined ? {} : { jobs: { ...experiment.jobs, atOnce } }),
});

/** The options as they were given, for the command that a run records. */
export const executorGiven = ({ executor, atOnce }: ExecutorGiven): string[] => [
  ...(executor === undefined ? [] : [`--executor ${executor}`]),
  ...(atOnce === undefined ? [] : [`--at-once ${atOnce}`]),
];
