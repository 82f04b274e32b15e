import path from 'node:path';
import * as z from 'zod';
import { Journal } from '../../files/journal';
import { readJournal } from '../../files/readJournal';
import type { MemoryMode } from '../../shared/words';
import type { Fingerprint } from '../scoring/scoreStore';
import type { ScoreState } from '../scoreModel';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../training/checkpoint';

const numbers = z.array(z.number());
const batchSchema = z.object({
  task: z.number().int().nonnegative(),
  batch: z.number().int().nonnegative(),
  /** [member] */
  losses: numbers,
  /** [member], by module path */
  gradients: z.record(z.string(), numbers),
});
export type StoredGates = z.infer<typeof batchSchema>;

/** The warm-up among the checkpoints of the run's `state/`. */
export const warmUpName = 'warm-up';

/**
 * What a score of gates goes on from, in the run's folder `state/`: the warm-up's checkpoint, and the gates of every batch
 * that is done (`gates.jsonl`, append-only).
 */
export class GateStore {
  private constructor(
    private readonly run: string,
    private readonly journal: Journal,
    private readonly done: ReadonlyMap<string, StoredGates>,
    private readonly requireSound: () => Promise<void>,
  ) {}

  /**
   * Begins, or goes on where the run had begun.
   * @param requireSound asked before anything is kept: throws where it may be of two models
   * @throws LabError disk-full, not-writable, journal-invalid
   */
  static async open(
    { store, before }: ScoreState,
    work: {
      readonly fingerprint: Fingerprint;
      readonly device: Parameters<ScoreState['store']['begin']>[0]['device'];
      readonly mode: MemoryMode;
      readonly tokens: number;
    },
    requireSound: () => Promise<void>,
  ): Promise<GateStore> {
    if (before === undefined) await store.begin({ version: 1, ...work, units: [] });
    const file = path.join(store.folder, 'gates.jsonl');
    // Opened first: that cuts off the half line which a killed process leaves.
    const journal = await Journal.open(file);
    const lines = await readJournal(file, (value) => batchSchema.parse(value));
    const done = new Map(lines.map((line) => [keyOf(line), line]));
    return new GateStore(path.dirname(store.folder), journal, done, requireSound);
  }

  /** The gates of a batch, where it is done. */
  gatesOf(task: number, batch: number): StoredGates | undefined {
    return this.done.get(keyOf({ task, batch }));
  }

  async add(gates: StoredGates): Promise<void> {
    await this.requireSound();
    await this.journal.append(gates);
  }

  /** @throws LabError run-not-resumable */
  warmUp(): Promise<Checkpoint | undefined> {
    return readCheckpoint(this.run, warmUpName, 'last');
  }

  async keepWarmUp(checkpoint: Checkpoint): Promise<void> {
    await this.requireSound();
    await writeCheckpoint(this.run, 'last', checkpoint);
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

const keyOf = ({ task, batch }: { readonly task: number; readonly batch: number }): string =>
  `${task} ${batch}`;
