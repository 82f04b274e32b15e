import * as z from 'zod';
import { jobs } from './runEvents';
import { devices } from './words';

/** A run's `run.json`: what went in, and how it ended. Written at the start and again at the end, whole each time. */
export const runManifestSchema = z.object({
  version: z.literal(1),
  /** The folder's name. */
  id: z.string().min(1),
  job: z.enum(jobs),
  /** How the same is asked for on the command line, in the folder of the experiment; absent in runs of earlier versions. */
  command: z.string().optional(),
  /** Path of the experiment relative to the run's folder, with forward slashes. */
  experiment: z.string(),
  createdAt: z.string(),
  /** When it last went on after it was stopped. */
  resumedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What came of it, in a few words for lists (outcomeWords.ts); written with its end. */
  outcome: z.string().optional(),
  /** True for the run that comes with the sample: it was made elsewhere, for its views to be tried. */
  recorded: z.boolean().optional(),
  /** The engine process, to tell a run that goes on from one that was killed. */
  pid: z.number().int(),
  /** Of which machine; absent in runs of earlier versions. */
  host: z.string().optional(),
  /** When that process began, in milliseconds after its machine did; absent where the system does not say, and in older runs. */
  pidBegan: z.number().optional(),
  seed: z.number().int(),
  device: z.enum(devices).optional(),
  versions: z.object({ adapterLab: z.string(), node: z.string(), tfjs: z.string() }),
  inputs: z.object({
    experimentHash: z.string(),
    model: z.string(),
    modelHash: z.string(),
    tasks: z.array(z.object({ name: z.string(), file: z.string(), hash: z.string() })),
  }),
});
export type RunManifest = z.infer<typeof runManifestSchema>;
