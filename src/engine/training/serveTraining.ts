import { readExperiment } from '../../configs/experiment/parse';
import { toLabError, type ErrorPayload } from '../../shared/errors';
import { belongToParent } from '../childProcess';
import { trainExperiment, type TrainOptions } from '../trainExperiment';

/** Argument by which a bundle of ours is asked to train. */
export const trainingArgument = '--train';

/** What a training by another process is asked for. */
export interface TrainingRequest extends Pick<TrainOptions, 'run' | 'device' | 'version' | 'resume'> {
  /** Absolute path of the experiment. */
  readonly experiment: string;
}

export type ToTraining =
  { readonly type: 'train'; readonly order: TrainingRequest } | { readonly type: 'stop' };

export type FromTraining =
  /** The run's journal has grown. */
  | { readonly type: 'told' }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: ErrorPayload };

/** Becomes a process that trains where this one was started as one; true until the parent is gone. */
export function servedTraining(args: readonly string[]): boolean {
  if (!args.includes(trainingArgument)) return false;
  belongToParent();
  const send = (message: FromTraining): void => void process.send?.(message);
  const controller = new AbortController();
  const train = async ({ experiment, ...options }: TrainingRequest): Promise<void> => {
    const told = (): void => send({ type: 'told' });
    await trainExperiment(await readExperiment(experiment), { ...options, told }, controller.signal);
  };
  process.on('message', (message: ToTraining) => {
    if (message.type === 'stop') {
      controller.abort();
      return;
    }
    train(message.order).then(
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
