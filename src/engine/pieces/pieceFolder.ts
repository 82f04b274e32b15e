import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../../files/atomic';
import { systemCode } from '../../files/fileError';
import { isFile } from '../../files/isFile';
import { readJsonAs } from '../../files/json';
import { runFiles } from '../../files/runs';
import { errorPayloadSchema } from '../../shared/runEvents';

/*
 * run/pieces/<name>/order.json            what is to be done
 *                  /attempts/1/…          a run folder of its own, written by the one process that made it
 *                  /attempts/1/lines.jsonl    what it tells besides events: of the study, of the score
 *                  /attempts/1/result.json    written last, whole
 *          /arrays/<n>/array.json, <task>.log    what was handed over together, and what jobs printed
 *
 * Nothing here is locked: whoever works on a piece makes the next attempt's folder, which one process alone can, and takes over the
 * checkpoints of the one before it. A node that is dead, or seems so and goes on, holds up nobody.
 */

export const piecesFolder = (run: string): string => path.join(run, runFiles.pieces);
export const linesFile = (attempt: string): string => path.join(attempt, 'lines.jsonl');
const resultFile = (attempt: string): string => path.join(attempt, 'result.json');

const resultSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), value: z.unknown() }),
  z.object({ state: z.literal('failed'), error: errorPayloadSchema }),
]);
/** What an attempt came to. */
export type PieceResult = z.infer<typeof resultSchema>;

/** Folders of a piece's attempts, oldest first. */
export async function attemptsOf(piece: string): Promise<string[]> {
  const names = await readdir(path.join(piece, 'attempts')).catch(() => [] as string[]);
  return names
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => path.join(piece, 'attempts', name));
}

/** Undefined where there is none yet. @throws LabError run-not-resumable where it is no result */
export async function readResult(attempt: string): Promise<PieceResult | undefined> {
  if (!(await isFile(resultFile(attempt)))) return undefined;
  return readJsonAs(resultFile(attempt), resultSchema, {
    ...{ what: 'The result of a piece', missing: 'run-not-resumable', invalid: 'run-not-resumable' },
    next: 'Start a new run.',
  });
}

export const writeResult = (attempt: string, result: PieceResult): Promise<void> =>
  writeFileAtomic(resultFile(attempt), `${JSON.stringify(result)}\n`);

/** Whether a piece has come to its end in some attempt. */
export async function isDone(piece: string): Promise<boolean> {
  const results = await Promise.all((await attemptsOf(piece)).map(readResult));
  return results.some((result) => result?.state === 'done');
}

/** What an attempt has told besides events. A line that is no JSON, as a power cut leaves them, ends it. */
export async function linesOf(attempt: string): Promise<unknown[]> {
  const text = await readFile(linesFile(attempt), 'utf8').catch(() => '');
  const values: unknown[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      values.push(JSON.parse(line));
    } catch {
      break;
    }
  }
  return values;
}

/** Makes the folder of the next attempt; of several processes that ask at once each gets another. */
export async function newAttempt(piece: string): Promise<string> {
  // Not deeper: where the piece itself is gone, the run has ended.
  await mkdir(path.join(piece, 'attempts')).catch(unlessThere);
  for (let number = (await attemptsOf(piece)).length + 1; ; number++) {
    const attempt = path.join(piece, 'attempts', String(number));
    try {
      await mkdir(attempt);
      return attempt;
    } catch (thrown) {
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
    }
  }
}

/** Copies to an attempt the newest checkpoint of each name that the ones before it left. */
export async function takeOver(piece: string, attempt: string): Promise<void> {
  const to = path.join(attempt, 'state');
  const taken = new Set<string>();
  for (const before of (await attemptsOf(piece)).reverse()) {
    if (Number(path.basename(before)) >= Number(path.basename(attempt))) continue;
    const from = path.join(before, 'state');
    const names = await readdir(from).catch(() => [] as string[]);
    // The last ones first: the attempt before may go on still, and a best one that is behind them is come to again.
    for (const name of names.filter((one) => one.endsWith('.safetensors')).sort(lastFirst)) {
      if (taken.has(name)) continue;
      taken.add(name);
      await mkdir(to, { recursive: true });
      // Whole or not at all: the next attempt may have to take it from here.
      await copyFile(path.join(from, name), path.join(to, `${name}.part`))
        .then(() => rename(path.join(to, `${name}.part`), path.join(to, name)))
        .catch(unlessGone);
    }
  }
}

const lastFirst = (a: string, b: string): number =>
  Number(b.includes('.last.')) - Number(a.includes('.last.'));

function unlessThere(thrown: unknown): void {
  if (systemCode(thrown) !== 'EEXIST') throw thrown;
}

/** Checkpoints of a trial that has ended are deleted. */
function unlessGone(thrown: unknown): void {
  if (systemCode(thrown) !== 'ENOENT' && systemCode(thrown) !== 'ESTALE') throw thrown;
}
