import type { Experiment } from '../../configs/experiment/experiment';
import { readExperiment } from '../../configs/experiment/parse';
import { toLabError, type ErrorPayload } from '../../shared/errors';
import type { ExecutorName } from '../../shared/executorWords';
import type { Device } from '../../shared/words';
import { belongToParent } from '../childProcess';
import { judgeExperiment } from '../judgeExperiment';
import { runExperiment } from '../runExperiment';
import { searchExperiment } from '../searchExperiment';
import { trainExperiment } from '../trainExperiment';

/** Jobs that train are done by processes of their own; the main job where it searches. */
export type ApartJob = 'train' | 'judge' | 'search' | 'run';

/** Argument by which a bundle of ours is asked for a job; it shows in lists of processes. */
export const argumentOf = (job: ApartJob): string => `--${job === 'run' ? 'search' : job}`;
const asked = (['train', 'judge', 'search'] as const).map(argumentOf);

/** What another process is asked for. */
export interface ApartOrder {
  readonly job: ApartJob;
  /** Absolute paths. */
  readonly experiment: string;
  readonly run: string;
  readonly device: Device | 'auto';
  readonly version: string;
  readonly resume: boolean;
  /** Processes that share the score before a search, at most. */
  readonly processes?: number | undefined;
  /** Who does the parts of it, where the experiment does not say. */
  readonly executor?: ExecutorName | undefined;
}

export type ToApart = { readonly type: 'work'; readonly order: ApartOrder } | { readonly type: 'stop' };

export type FromApart =
  /** The run's journal has grown. */
  | { readonly type: 'told' }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: ErrorPayload };

/** Becomes a process that does one job where this one was started as one; true until the parent is gone. */
export function servedApart(args: readonly string[]): boolean {
  if (!asked.some((argument) => args.includes(argument))) return false;
  belongToParent();
  const send = (message: FromApart): void => void process.send?.(message);
  const controller = new AbortController();
  process.on('message', (message: ToApart) => {
    if (message.type === 'stop') {
      controller.abort();
      return;
    }
    work(message.order, () => send({ type: 'told' }), controller.signal).then(
      () => send({ type: 'done' }),
      (thrown: unknown) => {
        const error = toLabError(thrown);
        if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
        send({ type: 'failed', error: error.toPayload() });
      },
    );
  });
  return true;
}

/** @param usual who does the parts of a job where the experiment does not say */
export const withUsual = (experiment: Experiment, usual: ExecutorName | undefined): Experiment =>
  experiment.executor !== undefined || usual === undefined ? experiment : { ...experiment, executor: usual };

/** A plan stays in the run: the text that it belongs into is open in an editor. */
async function work(order: ApartOrder, told: () => void, signal: AbortSignal): Promise<void> {
  const { job, experiment: file, processes, executor, ...options } = order;
  const experiment = withUsual(await readExperiment(file), executor);
  const given = { ...options, told, ...(processes === undefined ? {} : { processes }) };
  if (job === 'train') await trainExperiment(experiment, given, signal);
  else if (job === 'judge') await judgeExperiment(experiment, given, signal);
  else if (job === 'search') await searchExperiment(experiment, { ...given, keepFile: true }, signal);
  else await runExperiment(experiment, { ...given, keepFile: true }, signal);
}
