import { seededRandom } from '../../src/shared/random';
import { LabError } from '../../src/shared/errors';
import { Coverage } from './coverage';
import { Failures, type FuzzFailure } from './failures';
import { FileGuard, memoryNow, PrototypeGuard } from './guards';
import type { FuzzInput, FuzzTarget, Random } from './target';

/** What a reader may take for an input: so much at once, and so much more for each byte of it. */
const memoryLimit = { least: 96 * 2 ** 20, perByte: 512 };
/** Bytes that may be asked of files, for each byte that there is to read; buffers are filled up to their size. */
const readLimit = { least: 8 * 2 ** 20, perByte: 64 };

export interface FuzzSettings {
  readonly runs: number;
  /** Of the mutations. */
  readonly seed: number;
  /** The first run, where others were done. */
  readonly from: number;
  /** No run begins later, in milliseconds of `performance.now()`. */
  readonly until: number;
  /** Inputs that reach something new are mutated too; run n is then the same input on one version of Node alone. */
  readonly guided: boolean;
  /** A run that takes longer, and again when it is repeated, has failed. */
  readonly limitMs: number;
}

export interface FuzzCounts {
  /** Inputs tried. */
  readonly runs: number;
  /** Inputs that were taken all the same. */
  readonly taken: number;
  readonly slowestMs: number;
  /** Inputs that reached what none before them had, and were mutated like seeds; 0 where it is not looked. */
  readonly kept: number;
  readonly failures: readonly FuzzFailure[];
}

/**
 * Gives a target's reader mutated seeds and holds it to the promise of `FuzzTarget`. Run n of a seed is always the same input.
 *
 * @param folder the target's own
 * @param note told of every input before it is read: it may be the last thing that is heard
 * @param failed told of a failure at once, for the same reason
 */
export async function fuzzTarget(
  target: FuzzTarget,
  folder: string,
  { runs, seed, from, until, limitMs, guided }: FuzzSettings,
  note: (run: number, input: FuzzInput) => void,
  failed?: (failure: FuzzFailure) => void,
): Promise<FuzzCounts> {
  const open = await target.open(folder);
  const failures = new Failures(failed);
  const prototypes = new PrototypeGuard();
  const files = new FileGuard(folder);
  const coverage = guided ? new Coverage() : undefined;
  let [taken, slowestMs, run] = [0, 0, from];
  for (; run < runs && performance.now() < until; run++) {
    const random: Random = seededRandom(seed, `${target.name} ${run}`);
    const kept = coverage?.kept ?? [];
    const pool = kept.length > 0 && random() < 0.5 ? kept : open.seeds;
    const from = pool[Math.floor(random() * pool.length)];
    if (!from) throw new Error(`${target.name} has no seeds`);
    const input = open.mutate(from, random);
    note(run, input);
    const fail = (error: string): void => failures.add(run, from.name, error, input);
    const tried = await once(open.read, input, files);
    const again =
      tried.ms > limitMs ? Math.min(tried.ms, (await once(open.read, input, files)).ms) : tried.ms;
    slowestMs = Math.max(slowestMs, again);
    if (tried.taken) taken++;
    if (tried.error !== undefined) fail(tried.error);
    if (again > limitMs) fail(`took ${Math.round(again)} ms`);
    const bytes = typeof input === 'string' ? 2 * input.length : input.length;
    if (tried.memory > memoryLimit.least + memoryLimit.perByte * bytes)
      fail(`took ${tried.memory} bytes of memory for ${bytes}`);
    if (tried.asked > readLimit.least + readLimit.perByte * bytes)
      fail(`asked for ${tried.asked} bytes of files for ${bytes}`);
    const changed = prototypes.changed();
    if (changed !== undefined) fail(changed);
    if (tried.escaped !== undefined) fail(`opened ${tried.escaped}`);
    await coverage?.tell(from, input, (one) => once(open.read, one, files));
  }
  return {
    ...{ runs: run - from, taken, slowestMs: Math.round(slowestMs) },
    ...{ kept: coverage?.kept.length ?? 0, failures: failures.all },
  };
}

async function once(
  read: (input: FuzzInput) => boolean | Promise<boolean>,
  input: FuzzInput,
  files: FileGuard,
): Promise<{
  readonly taken: boolean;
  readonly error: string | undefined;
  readonly ms: number;
  readonly memory: number;
  readonly asked: number;
  readonly escaped: string | undefined;
}> {
  let [taken, error]: [boolean, string | undefined] = [false, undefined];
  files.begin();
  const before = memoryNow();
  const began = performance.now();
  try {
    taken = await read(input);
  } catch (thrown) {
    if (!(thrown instanceof LabError))
      error = thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown);
    else if (thrown.next === '' || thrown.message === '')
      error = `${thrown.code} does not say what is wrong and what next`;
  }
  const ms = performance.now() - began;
  return { taken, error, ms, memory: memoryNow() - before, asked: files.asked, escaped: files.escaped() };
}
