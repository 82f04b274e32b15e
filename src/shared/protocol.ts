import * as z from 'zod';
import { executorNames } from './executorWords';
import { devices } from './words';

/**
 * The messages between a client (extension host, tests) and the engine process: JSON-RPC over the fork's IPC channel.
 * One table a direction; both ends derive their types from it and decode every message before use.
 * Raise `protocolVersion` with any change that an older end would misread.
 */
export const protocolVersion = 6;

const empty = z.object({});

export const deviceReportSchema = z.object({
  device: z.enum(devices),
  available: z.boolean(),
  /** The name of the hardware or library, or why the device was refused and what to do. */
  description: z.string(),
  /** Measured on square products, the slowest of NN, NT and TN; 0 where refused. */
  gflops: z.number().nonnegative(),
  /** Bytes that one process may hold on it, by what is free now; 0 where refused or not known. */
  memoryBytes: z.number().nonnegative(),
});
export type DeviceReport = z.infer<typeof deviceReportSchema>;

/** How a job is shared out. */
const sharing = {
  /** Processes that share a score, at most; as many as cores and memory allow where absent. */
  processes: z.number().int().min(1).optional(),
  /** Who does the parts of the job, where the experiment does not say. */
  executor: z.enum(executorNames).optional(),
};
export type Sharing = Readonly<z.infer<z.ZodObject<typeof sharing>>>;

/** What the trainings of a plan are asked for by. */
const training = {
  params: z.object({
    experiment: z.string(),
    run: z.string(),
    device: z.union([z.enum(devices), z.literal('auto')]),
    /** Go on with the run that is there, from its last checkpoint. */
    resume: z.boolean(),
    ...sharing,
  }),
  result: z.object({ run: z.string() }),
};

export const requests = {
  hello: {
    params: z.object({ protocol: z.number().int() }),
    result: z.object({
      protocol: z.number().int(),
      version: z.string(),
      node: z.string(),
      pid: z.number().int(),
    }),
  },
  devices: { params: empty, result: z.object({ devices: z.array(deviceReportSchema) }) },
  /**
   * Score the layers of an experiment's model. The client names the run's folder, so that it can watch the journal from
   * its first line; the engine makes it. Allocating and writing the plan is arithmetic and text: the host does it.
   */
  score: {
    params: z.object({
      /** Absolute path of the experiment file. */
      experiment: z.string(),
      /** Absolute path of the run's folder. */
      run: z.string(),
      /** What the run is recorded as: a score by itself, or the first part of the whole. */
      job: z.enum(['score', 'run']),
      device: z.union([z.enum(devices), z.literal('auto')]),
      /** Go on with the run that is there, from the block where it stopped. */
      resume: z.boolean(),
      ...sharing,
    }),
    result: z.object({ run: z.string() }),
  },
  /** Train an experiment's adapters by its plan, once for each seed. The run's folder is the client's to name, as above. */
  train: training,
  /** Train an experiment's plan and its controls over the same seeds, and say which is better. */
  judge: training,
  /**
   * Score, then search the rank: the best trial's plan stands in the run afterwards. To write it into the experiment is the
   * host's, whose editor may have the text open.
   */
  search: {
    params: z.object({
      experiment: z.string(),
      run: z.string(),
      /** What the run is recorded as: a search by itself, or the main job of an experiment that has one. */
      job: z.enum(['search', 'run']),
      device: z.union([z.enum(devices), z.literal('auto')]),
      /** Go on with the run that is there, from where its score or its trial stopped. */
      resume: z.boolean(),
      ...sharing,
    }),
    result: z.object({ run: z.string() }),
  },
} as const;
export type Method = keyof typeof requests;
export type Params<M extends Method> = z.infer<(typeof requests)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof requests)[M]['result']>;

export const notifications = {
  /** The run's journal has grown: read it. */
  runGrew: z.object({ run: z.string() }),
  /** Every two seconds; silence means that the engine hangs. */
  heartbeat: z.object({ rssBytes: z.number().nonnegative() }),
  log: z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
} as const;
export type Notification = keyof typeof notifications;
export type Payload<N extends Notification> = z.infer<(typeof notifications)[N]>;
