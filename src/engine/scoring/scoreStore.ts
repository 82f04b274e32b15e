import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../files/makeFolder';
import * as z from 'zod';
import { writeFileAtomic } from '../../files/atomic';
import { Journal } from '../../files/journal';
import { readJsonAs } from '../../files/json';
import { readJournal } from '../../files/readJournal';
import { resumeFile } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { devices, estimators, labelKinds, memoryModes, taskKinds } from '../../shared/words';
import type { Update } from './work';

/** What decides a score's numbers, to the last digit: a run goes on only where all of it is the same. */
const fingerprintSchema = z.object({
  modelHash: z.string(),
  tasks: z.array(
    z.object({
      name: z.string(),
      dataHash: z.string(),
      samples: z.number(),
      samplesHash: z.string(),
      kind: z.enum(taskKinds),
      text: z.string(),
      label: z.string().optional(),
      prompt: z.string().optional(),
    }),
  ),
  /** Absent = `fisher`. */
  estimator: z.enum(estimators).optional(),
  /** Absent where all samples are scored. */
  untilSure: z.object({ level: z.number(), layers: z.number() }).optional(),
  /** What is warmed up, where gates are scored. */
  gates: z.string().optional(),
  labels: z.enum(labelKinds),
  taylor: z.boolean(),
  /** Hash of the adapter whose B is scored as well. */
  adapter: z.string().optional(),
  batchSize: z.number(),
  maxLength: z.number(),
  seed: z.number(),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** How the work was cut when the run began; a run that goes on keeps to it. */
const workSchema = z.object({
  version: z.literal(1),
  fingerprint: fingerprintSchema,
  device: z.enum(devices),
  mode: z.enum(memoryModes),
  tokens: z.number().positive(),
  units: z.array(z.object({ index: z.number(), items: z.array(z.number()) })),
});
export type StoredWork = z.infer<typeof workSchema>;

const numbers = z.array(z.number());
export const updateSchema: z.ZodType<Update> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('batch'),
    unit: z.number(),
    item: z.number(),
    losses: numbers,
    norms: z.array(numbers),
  }),
  z.object({ kind: z.literal('forward'), unit: z.number(), layer: z.number() }),
  z.object({ kind: z.literal('losses'), unit: z.number(), losses: z.array(numbers) }),
  z.object({
    kind: z.literal('layer'),
    unit: z.number(),
    layer: z.number(),
    norms: z.array(z.array(numbers)),
  }),
  z.object({
    kind: z.literal('whole'),
    unit: z.number(),
    task: z.number(),
    scores: z.array(
      z.object({
        path: z.string(),
        meanGradientSquaredNorm: z.number(),
        taylor: z.number(),
        groups: numbers.optional(),
      }),
    ),
  }),
]);

/**
 * Unfinished scores of a run, in its folder `state/`: how the work was cut (`work.json`), every result so far
 * (`updates.jsonl`, append-only), and hidden states of units under way. Gone when the scores are written.
 */
export class ScoreStore {
  private journal: Journal | undefined;

  /** @param run absolute path of the run's folder */
  constructor(run: string) {
    this.file = resumeFile(run);
    this.folder = path.dirname(this.file);
  }

  readonly folder: string;
  private readonly file: string;

  /** Folder of one unit's hidden states. */
  unitFolder = (unit: number): string => path.join(this.folder, `unit-${unit}`);

  async begin(work: StoredWork): Promise<void> {
    await makeFolder(this.folder);
    await writeFileAtomic(this.file, `${JSON.stringify(work)}\n`);
    this.journal = await Journal.open(path.join(this.folder, 'updates.jsonl'));
  }

  /**
   * How the work of an interrupted run was cut.
   * @throws LabError run-not-resumable where it kept nothing, or its inputs are others now
   */
  async work(now: Fingerprint): Promise<StoredWork> {
    const work = await readJsonAs(this.file, workSchema, {
      what: 'The state of the run',
      missing: 'run-not-resumable',
      invalid: 'run-not-resumable',
      next: 'Start a new run: this one had not begun to score, or had finished.',
    });
    const changed = (Object.keys(words) as (keyof Fingerprint)[]).find(
      (key) => JSON.stringify(now[key]) !== JSON.stringify(work.fingerprint[key]),
    );
    if (changed !== undefined) {
      throw new LabError(
        'run-not-resumable',
        `The run in ${path.dirname(this.folder)} cannot go on: ${words[changed]} has changed since.`,
        'Put it back as it was, or start a new run.',
      );
    }
    return work;
  }

  /**
   * What an interrupted run has achieved.
   * @throws LabError run-not-resumable where it kept nothing, or its inputs are others now
   */
  async resume(now: Fingerprint): Promise<{ work: StoredWork; updates: readonly Update[] }> {
    const work = await this.work(now);
    const file = path.join(this.folder, 'updates.jsonl');
    // Opened first: that cuts off the half line which a killed process leaves.
    this.journal = await Journal.open(file);
    return { work, updates: await readJournal(file, (value) => updateSchema.parse(value)) };
  }

  async add(update: Update): Promise<void> {
    await this.journal?.append(update);
    // Hidden states that this makes superfluous are deleted soon: it must not be lost before they are.
    if (update.kind === 'losses' || update.kind === 'layer') await this.journal?.flush();
  }

  /** Forgets everything: the work is to be cut anew. */
  restart(): Promise<void> {
    return this.remove();
  }

  async close(): Promise<void> {
    await this.journal?.close();
    this.journal = undefined;
  }

  /** After the scores are written, nothing of this is needed. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const words: Record<keyof Fingerprint, string> = {
  modelHash: 'the model',
  estimator: 'the estimator',
  untilSure: 'when scoring stops (score.until_sure, budget.layers, --until-sure)',
  gates: 'the warm-up of the gates (adapter, floe, --rank, --experts, --targets, --warmup-steps)',
  labels: 'whose labels are taken',
  taylor: '--taylor',
  adapter: '--adapter',
  batchSize: 'the batch size',
  maxLength: 'the longest sample',
  seed: 'the seed',
  // Last: the length above changes samples too, and is the better word.
  tasks: 'the data, or how samples are made of it,',
};
