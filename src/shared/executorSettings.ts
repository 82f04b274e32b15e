import * as z from 'zod';
import { executorNames, type ExecutorName } from './executorWords';

/** What an executor is asked for. What is absent is left to the cluster. */
export const executorSettingsSchema = z.object({
  name: z.enum(executorNames),
  /** Nobody has named it: a number of processes alone says so. A run that goes on keeps the executor that it has. */
  implied: z.literal(true).optional(),
  /** Pieces at the same time, at most. */
  atOnce: z.number().int().positive().optional(),
  account: z.string().optional(),
  partition: z.string().optional(),
  /** Cards a piece, as the cluster writes it: `1`, `a100:2`. */
  gpus: z.string().optional(),
  cpus: z.number().int().positive().optional(),
  /** As the cluster writes it: `16G`. */
  memory: z.string().optional(),
  /** Longest time of one job, as Slurm writes it: `2:00:00`, or minutes. */
  time: z.string().optional(),
  /** Passed on as they are. */
  flags: z.array(z.string()).readonly().optional(),
  /** Of Ray's dashboard: `http://head:8265`. */
  address: z.string().optional(),
});
export type ExecutorSettings = Readonly<z.infer<typeof executorSettingsSchema>>;

/** The executor of an experiment, with what each of its jobs gets; undefined where the experiment names none. */
export const executorOf = ({
  executor,
  jobs,
}: {
  readonly executor?: ExecutorName | undefined;
  readonly jobs: Omit<ExecutorSettings, 'name' | 'implied'>;
}): ExecutorSettings | undefined => {
  if (executor !== undefined) return { name: executor, ...jobs };
  // Processes of this machine need no more than their number.
  return jobs.atOnce === undefined ? undefined : { name: 'local', implied: true, ...jobs };
};

/** Whether the pieces of a run are handed to an executor; else the engine does them itself, one behind the other. */
export const isHandedOver = ({ name, atOnce = 1 }: ExecutorSettings): boolean =>
  name !== 'local' || atOnce > 1;
