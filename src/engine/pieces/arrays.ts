import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Executor } from '../../executors/executor';
import { openExecutor } from '../../executors/openExecutor';
import { writeFileAtomic } from '../../files/atomic';
import { readJsonAs } from '../../files/json';
import { executorSettingsSchema, type ExecutorSettings } from '../../shared/executorSettings';
import { type ExecutorName } from '../../shared/executorWords';
import { piecesFolder } from './pieceFolder';
import { selfCommand } from '../childProcess';

/** An `array.json`: what was handed over together. Written before it is, and again with the ids. */
export const arraySchema = z.object({
  /** Whom it was handed to, and what each job of it got. */
  executor: executorSettingsSchema,
  /** What the executor knows it by. */
  name: z.string(),
  /** Names of pieces, by the number of the task. */
  pieces: z.array(z.string()),
  ids: z.array(z.string()).optional(),
});
type ArrayFile = z.infer<typeof arraySchema>;

/** The arrays of a run's pieces: which job works on which piece, also for a process that was not there when they were handed over. */
export class PieceArrays {
  /** Of pieces that were handed over last, by name. */
  readonly jobs = new Map<string, { readonly id: string; readonly log: string }>();
  private count = 0;

  private constructor(
    private readonly run: string,
    private readonly executor: Executor,
    private readonly settings: ExecutorSettings,
  ) {}

  /** @throws LabError executor-failed, executor-unavailable */
  static async open(run: string, executor: Executor, settings: ExecutorSettings): Promise<PieceArrays> {
    const arrays = new PieceArrays(run, executor, settings);
    await endJobsOfOthers(run, executor.name);
    const numbers = await numbersOf(run);
    for (const number of numbers) await arrays.take(number);
    arrays.count = Math.max(0, ...numbers.map((number) => number + 1));
    return arrays;
  }

  /** @param pieces their names @throws LabError executor-failed, executor-unavailable */
  async submit(pieces: readonly string[]): Promise<void> {
    const number = this.count++;
    const { executor, run } = this;
    const name = `${nameOn(run)}-${number}-${randomBytes(3).toString('hex')}`;
    const array: ArrayFile = { executor: this.settings, name, pieces: [...pieces] };
    await mkdir(this.at(number), { recursive: true });
    await this.write(number, array);
    const count = pieces.length;
    const ids = await executor
      .submit({ name, logs: this.at(number), count, command: selfCommand('--piece', this.file(number)) })
      .catch(async (thrown: unknown) => {
        // The cluster may have taken it, and only its answer not have come.
        const found = await executor.find({ name, count }).catch(() => undefined);
        if (found === undefined) throw thrown;
        return found;
      });
    await this.write(number, { ...array, ids: [...ids] });
    this.note(number, pieces, ids);
  }

  private async take(number: number): Promise<void> {
    // Without its file nothing was handed over.
    const array = await readArray(this.file(number));
    if (array?.executor.name !== this.executor.name) return;
    const { name, pieces } = array;
    const ids = array.ids ?? (await this.executor.find({ name, count: pieces.length }));
    if (ids === undefined) return;
    if (array.ids === undefined) await this.write(number, { ...array, ids: [...ids] });
    this.note(number, pieces, ids);
  }

  private note(number: number, pieces: readonly string[], ids: readonly string[]): void {
    for (const [task, piece] of pieces.entries()) {
      const id = ids[task];
      if (id !== undefined) this.jobs.set(piece, { id, log: path.join(this.at(number), `${task}.log`) });
    }
  }

  private write(number: number, array: ArrayFile): Promise<void> {
    return writeFileAtomic(this.file(number), `${JSON.stringify(array)}\n`);
  }

  private at(number: number): string {
    return path.join(arraysFolder(this.run), String(number));
  }

  private file(number: number): string {
    return arrayFile(this.run, number);
  }
}

const arraysFolder = (run: string): string => path.join(piecesFolder(run), 'arrays');
const arrayFile = (run: string, number: number): string =>
  path.join(arraysFolder(run), String(number), 'array.json');

/** Numbers of a run's arrays, rising. */
async function numbersOf(run: string): Promise<number[]> {
  const names = await readdir(arraysFolder(run)).catch(() => [] as string[]);
  return names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

const readArray = (file: string): Promise<ArrayFile | undefined> =>
  readJsonAs(file, arraySchema, {
    ...{ what: 'The array of pieces', missing: 'run-not-found', invalid: 'run-not-resumable' },
    next: 'Start a new run.',
  }).catch(() => undefined);

/** Whom a run handed pieces over to last, and how; undefined where it has none. */
export async function executorBefore(run: string): Promise<ExecutorSettings | undefined> {
  for (const number of (await numbersOf(run)).reverse()) {
    const array = await readArray(arrayFile(run, number));
    if (array !== undefined) return array.executor;
  }
  return undefined;
}

/** Ends what other executors still do for a run: nobody waits for it any more. */
export async function endJobsOfOthers(run: string, mine: ExecutorName): Promise<void> {
  for (const number of await numbersOf(run)) {
    const array = await readArray(arrayFile(run, number));
    if (array === undefined || array.executor.name === mine) continue;
    const { name, pieces } = array;
    const executor = openExecutor(array.executor);
    // Where that cluster does not answer, its jobs come to nothing that is heard.
    const ids =
      array.ids ?? (await executor.find({ name, count: pieces.length }).catch(() => undefined)) ?? [];
    await executor.cancel(ids).catch(() => undefined);
  }
}

/** What a run is called on a cluster, by which its arrays are found again: no list of names is to be cut within it. */
function nameOn(run: string): string {
  const place = createHash('sha256').update(run).digest('hex').slice(0, 8);
  return `adapter-lab-${path.basename(run).replace(/[^\w.-]/g, '_')}-${place}`;
}
