import path from 'node:path';
import { readdir, rm } from 'node:fs/promises';
import { makeFolder } from '../../files/makeFolder';
import * as z from 'zod';
import { readSafetensorsHeader, readTensorFloat32 } from '../../files/safetensors';
import { resumeFile } from '../../files/runs';
import { writeSafetensors } from '../../files/safetensorsWrite';
import { LabError } from '../../shared/errors';
import type { NamedArray } from '../../shared/namedArray';
import { movesSchema } from './moves';

/** Where a trial stood: beside the tensors, what a few numbers say. */
const factsSchema = z.object({
  version: z.literal(1),
  trial: z.string(),
  /** Steps taken. */
  step: z.number().int().nonnegative(),
  /** Sums since the journal's last line of a step. */
  pending: z.object({ loss: z.number(), steps: z.number().int(), tokens: z.number().int() }),
  best: z.object({ step: z.number().int(), accuracy: z.number().optional(), loss: z.number() }).optional(),
  /** Evaluations since the best one. */
  waited: z.number().int(),
  /** What divergence is measured against. */
  firstLoss: z.number().optional(),
  meanLoss: z.number(),
  /** Positions of a batch at most, where a card's memory made it fewer. */
  tokens: z.number().int().positive(),
  /** Steps that stand in each sum of what passes noted since the last evaluation (`noted:<name>`). */
  noted: z.record(z.string(), z.number().int()),
  /** Moves of rank that were told last and are to be told; none in a checkpoint of a version that told each at once. */
  moves: movesSchema.default({}),
});
export type TrialFacts = z.infer<typeof factsSchema>;

/** Everything that a trial goes on from. Order of data and random numbers are functions of seed and step. */
export interface Checkpoint {
  readonly facts: TrialFacts;
  /** Parameters by name, optimizer's moments as `<name>.m`, `.v`, `.step`, and what the adapter keeps. */
  readonly tensors: ReadonlyMap<string, NamedArray>;
}

const stateFolder = (run: string): string => path.join(run, 'state');
const fileOf = (run: string, trial: string, which: 'last' | 'best'): string =>
  path.join(stateFolder(run), `${trial}.${which}.safetensors`);

/**
 * Writes a checkpoint as one safetensors file, whole or not at all: the one before stays until this one is there.
 * @throws LabError disk-full, not-writable
 */
export async function writeCheckpoint(
  run: string,
  which: 'last' | 'best',
  { facts, tensors }: Checkpoint,
): Promise<void> {
  await makeFolder(stateFolder(run));
  const list = [...tensors].map(([name, { shape, values }]) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: values,
  }));
  await writeSafetensors(fileOf(run, facts.trial, which), list, { facts: JSON.stringify(facts) });
}

/** @returns undefined where the trial has none @throws LabError run-not-resumable */
export async function readCheckpoint(
  run: string,
  trial: string,
  which: 'last' | 'best',
): Promise<Checkpoint | undefined> {
  const file = fileOf(run, trial, which);
  let header;
  try {
    header = await readSafetensorsHeader(file);
  } catch (error) {
    if (error instanceof LabError && error.code === 'model-weights-missing') return undefined;
    throw unreadable(file, error);
  }
  try {
    const facts = factsSchema.parse(JSON.parse(header.metadata['facts'] ?? ''));
    const tensors = new Map<string, NamedArray>();
    for (const [name, entry] of header.tensors) {
      tensors.set(name, { shape: entry.shape, values: await readTensorFloat32(file, entry) });
    }
    return { facts, tensors };
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Of a trial that is done. */
export async function removeCheckpoint(run: string, trial: string): Promise<void> {
  for (const which of ['last', 'best'] as const) await rm(fileOf(run, trial, which), { force: true });
}

export async function removeCheckpoints(run: string): Promise<void> {
  const work = path.basename(resumeFile(run));
  const names = await readdir(stateFolder(run)).catch(() => [] as string[]);
  for (const name of names)
    if (name !== work) await rm(path.join(stateFolder(run), name), { recursive: true, force: true });
}

/** The last thing of a run that is done: whoever is stopped in its reports goes on with them. */
export const removeState = (run: string): Promise<void> =>
  rm(stateFolder(run), { recursive: true, force: true });

const unreadable = (file: string, cause: unknown): LabError =>
  new LabError(
    'run-not-resumable',
    `The checkpoint ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Start a new run.',
    { cause },
  );
