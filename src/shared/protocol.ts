import * as z from 'zod';
import { costSchema } from './runEvents';
import { devices, estimators, taskKinds } from './words';

/**
 * The messages between a client (extension host, tests) and the engine process: JSON-RPC over the fork's IPC channel.
 * One table a direction; both ends derive their types from it and decode every message before use.
 * Raise `protocolVersion` with any change that an older end would misread.
 */
export const protocolVersion = 1;

const empty = z.object({});

export const deviceReportSchema = z.object({
  device: z.enum(devices),
  available: z.boolean(),
  /** The name of the hardware or library, or why the device was refused and what to do. */
  description: z.string(),
  /** Measured on a 256 x 256 x 256 product, the slowest of NN, NT and TN; 0 where refused. */
  gflops: z.number().nonnegative(),
});
export type DeviceReport = z.infer<typeof deviceReportSchema>;

/** Where one task's samples come from and how they become tokens. */
export const taskSourceSchema = z.object({
  name: z.string().min(1),
  kind: z.enum(taskKinds),
  /** Absolute path of a JSONL file. */
  file: z.string().min(1),
  text: z.string().min(1),
  label: z.string().min(1).optional(),
  /** Prompt of a classification sample, `{text}` standing for the text. */
  prompt: z.string().optional(),
});
export type TaskSource = z.infer<typeof taskSourceSchema>;

export const scoreParamsSchema = z.object({
  /** Absolute path of the Hugging Face model folder. */
  model: z.string().min(1),
  tasks: z.array(taskSourceSchema).min(1),
  estimator: z.enum(estimators),
  samples: z.number().int().positive(),
  batchSize: z.number().int().positive(),
  maxLength: z.number().int().min(2),
  device: z.union([z.enum(devices), z.literal('auto')]),
  perSample: z.boolean(),
  /** Which samples of a file that has more: a shuffle with this seed. */
  seed: z.number().int(),
});
export type ScoreParams = z.infer<typeof scoreParamsSchema>;

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
  /** Time, memory and disk of a score from a probe, before it starts. */
  estimate: {
    params: z.object({ experiment: z.string(), device: z.union([z.enum(devices), z.literal('auto')]) }),
    result: z.object({ device: deviceReportSchema, estimate: costSchema }),
  },
  /** Score the layers of an experiment's model; writes the run's folder. */
  score: {
    params: z.object({
      experiment: z.string(),
      run: z.string(),
      device: z.union([z.enum(devices), z.literal('auto')]),
    }),
    result: z.object({ run: z.string() }),
  },
  /** Score, allocate, write the plan into the experiment, report. */
  run: {
    params: z.object({
      experiment: z.string(),
      run: z.string(),
      device: z.union([z.enum(devices), z.literal('auto')]),
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
