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

/** Which device there is. */
const probeSchema = z.object({ kind: z.literal('probe') });
/** A trial of a search, with all of the study's seeds. */
const trialSchema = z.object({ kind: z.literal('trial'), number: z.number().int().nonnegative() });
/** One training of one arm of a judgement. */
const armSchema = z.object({
  kind: z.literal('arm'),
  arm: z.enum(armNames),
  method: z.enum(experimentMethods),
  plan: readOnlyPlanSchema,
  seed: z.number().int(),
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
  /** Of the program that wrote it. */
  program: z.string(),
  /** Of the run, which its fingerprint depends on. */
  version: z.string(),
  /** Absolute path of the run's folder. */
  run: z.string(),
  experiment: z.custom<Experiment>((value) => typeof value === 'object').optional(),
  device: z.enum([...devices, 'auto']),
  /** Of model, data and how it is trained (`TrainingWork.fingerprint`); what is otherwise on the other machine is refused. */
  fingerprint: z.string().optional(),
  seeds: z.array(z.number().int()),
  /** What is judged. */
  plan: readOnlyPlanSchema.optional(),
  saveEvery: z.number().optional(),
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

/** Whether two orders come to the same: on what, and how much of it a machine gets, may have changed. */
export const isSameOrder = (one: unknown, other: PieceOrder): boolean => {
  const deciding = ({ program, version, fingerprint, seeds, plan, work }: Partial<PieceOrder>): unknown =>
    JSON.parse(JSON.stringify({ program, version, fingerprint, seeds, plan, work }));
  return isDeepStrictEqual(deciding(one as Partial<PieceOrder>), deciding(other));
};
