import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Experiment } from '../../configs/experiment/experiment';
import { readJsonAs } from '../../files/json';
import { readOnlyPlanSchema } from '../../shared/planFile';
import { armNames } from '../../shared/verdict';
import { devices, experimentMethods } from '../../shared/words';
import type { LaneOptions } from '../lanes/lane';
import type { ScoringSettings } from '../scoring/unitRunner';

/** What every piece that trains needs. */
const trainingSchema = z.object({
  experiment: z.custom<Experiment>((value) => typeof value === 'object'),
  /** Of the run, which its fingerprint depends on. */
  version: z.string(),
  /** Of model, data and how it is trained (`TrainingWork.fingerprint`); what is otherwise on the other machine is refused. */
  fingerprint: z.string(),
  seeds: z.array(z.number().int()),
  /** What is judged. */
  plan: readOnlyPlanSchema.optional(),
  saveEvery: z.number().optional(),
});
export type PieceTraining = z.infer<typeof trainingSchema>;

/** Which device there is. */
const probeSchema = z.object({ kind: z.literal('probe') });
/** A trial of a search, with all of the study's seeds. */
const trialSchema = z.object({
  kind: z.literal('trial'),
  number: z.number().int().nonnegative(),
  training: trainingSchema,
});
/** One training of one arm of a judgement. */
const armSchema = z.object({
  kind: z.literal('arm'),
  arm: z.enum(armNames),
  method: z.enum(experimentMethods),
  plan: readOnlyPlanSchema,
  seed: z.number().int(),
  training: trainingSchema,
});
/** Units of a score, which lie beside the order (`units.bin`). */
const shardSchema = z.object({
  kind: z.literal('shard'),
  lane: z.custom<Omit<LaneOptions, 'threads'>>((value) => typeof value === 'object'),
  settings: z.custom<ScoringSettings>((value) => typeof value === 'object'),
});

/**
 * A piece's `order.json`: one independent part of a run, with all that it needs. Both ends are the same version of the same program, on
 * a file system that both see: what the experiment holds is not looked at again.
 */
const orderSchema = z.object({
  /** Version of the program that wrote it. */
  program: z.string(),
  /** Absolute path of the run's folder. */
  run: z.string(),
  device: z.enum([...devices, 'auto']),
  /** Of a product; as many as the job was given cores where absent. */
  threads: z.number().int().positive().optional(),
  work: z.discriminatedUnion('kind', [probeSchema, trialSchema, armSchema, shardSchema]),
});
export type PieceOrder = z.infer<typeof orderSchema>;
export type PieceWork = PieceOrder['work'];

export const orderFile = (piece: string): string => path.join(piece, 'order.json');

/** @throws LabError run-not-found, run-not-resumable */
export const readOrder = (piece: string): Promise<PieceOrder> =>
  readJsonAs(orderFile(piece), orderSchema, {
    ...{ what: 'The order of a piece', missing: 'run-not-found', invalid: 'run-not-resumable' },
    next: 'Start a new run.',
  });

/**
 * Whether two orders come to the same. On what, how much of it a machine gets and what else the experiment says may have changed: the
 * fingerprint holds what counts of it.
 */
export const isSameOrder = (one: PieceOrder, other: PieceOrder): boolean => {
  const deciding = ({ program, work }: PieceOrder): unknown => {
    const training =
      'training' in work ? { ...work.training, experiment: undefined, saveEvery: undefined } : undefined;
    // As it comes back from a file, where what is undefined is absent.
    return JSON.parse(JSON.stringify({ program, work: { ...work, training } }));
  };
  return isDeepStrictEqual(deciding(one), deciding(other));
};
