import os from 'node:os';
import path from 'node:path';
import { readJsonAs } from '../../files/json';
import { cancelled, LabError, toLabError } from '../../shared/errors';
import { version } from '../../shared/version';
import { openDevice } from '../../tensors/device';
import { endWithParent } from '../childProcess';
import { newManifest } from '../runRecord';
import { RunWriter } from '../runWriter';
import { OrderedWrites } from '../orderedWrites';
import { arraySchema } from './arrays';
import { readOrder, type PieceOrder } from './order';
import { isDone, newAttempt, takeOver, writeResult } from './pieceFolder';
import { workArm, workTrial, type PieceSite } from './workTraining';
import { workShard } from './workShard';

/** Argument by which a program of ours does one piece: behind it the file of an array, and the number of the task. */
export const pieceArgument = '--piece';

/**
 * Does a piece where this process was started to do one, and gives its exit code; else undefined. What it comes to stands in the
 * piece's folder, an error too: the code tells only the cluster's own tools.
 */
export function servedPiece(args: readonly string[]): Promise<number> | undefined {
  const at = args.indexOf(pieceArgument);
  const [array, task] = at < 0 ? [] : args.slice(at + 1);
  if (array === undefined || task === undefined) return undefined;
  // One that was started by the engine itself ends with it.
  endWithParent(1);
  return servePiece(array, Number(task)).then(
    () => 0,
    (thrown: unknown) => {
      const { message, next, kind } = toLabError(thrown);
      process.stderr.write(`${message} ${next}\n`);
      return kind === 'cancelled' ? 130 : 2;
    },
  );
}

/** @param array absolute path of an `array.json` @throws LabError what ended the piece */
export async function servePiece(array: string, task: number): Promise<void> {
  const { pieces } = await readJsonAs(array, arraySchema, {
    ...{ what: 'The array of pieces', missing: 'run-not-found', invalid: 'run-not-resumable' },
    next: 'Start a new run.',
  });
  const name = pieces[task];
  if (name === undefined) throw noTask(array, task);
  const piece = path.join(path.dirname(path.dirname(path.dirname(array))), name);
  // A job that its cluster started twice.
  if (await isDone(piece)) return;
  const order = await readOrder(piece);
  const controller = new AbortController();
  // What a cluster sends before it ends a job: at its time limit, when it is canceled or has to make room.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort());
  const attempt = await newAttempt(piece);
  await takeOver(piece, attempt);
  const writer = await writerFor(order, attempt);
  const events = new OrderedWrites();
  const site: PieceSite = {
    ...{ order, piece, attempt, writer, events },
    threads: order.threads ?? threadsHere(),
    signal: controller.signal,
  };
  try {
    if (order.program !== version) throw otherVersion(order);
    const value = await workOf(site);
    await events.drained();
    // What was told before the result is there when the result is, also for another machine.
    await writer.flush();
    await writeResult(attempt, { state: 'done', value: value ?? null });
    await writer.finish('done');
  } catch (thrown) {
    await events.drained().catch(() => undefined);
    const error = controller.signal.aborted ? cancelled() : toLabError(thrown);
    if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
    // One that was told to stop has come to nothing yet: another attempt goes on.
    if (error.kind !== 'cancelled') await writeResult(attempt, { state: 'failed', error: error.toPayload() });
    throw await writer.fail(error).catch(() => error);
  }
}

function workOf(site: PieceSite): Promise<unknown> {
  const { work } = site.order;
  switch (work.kind) {
    case 'probe':
      return openDevice(site.order.device, site.threads);
    case 'trial':
      return workTrial(site, work);
    case 'arm':
      return workArm(site, work);
    case 'shard':
      return workShard(site, work);
  }
}

/** An attempt is a run of its own, so that all that trains writes into it as it is used to. */
async function writerFor({ run, work }: PieceOrder, attempt: string): Promise<RunWriter> {
  const training = 'training' in work ? work.training : undefined;
  const seed = 'seed' in work ? work.seed : (training?.seeds[0] ?? 1);
  const about = { run: attempt, job: 'train', version, experiment: undefined, seed } as const;
  const manifest = await newManifest({ ...about, model: training?.experiment.model ?? run });
  return RunWriter.create(attempt, manifest, () => undefined);
}

/** Cores that this job was given: a cluster may have others on the same machine. */
function threadsHere(): number {
  const given = Number(process.env['SLURM_CPUS_PER_TASK'] ?? process.env['SLURM_CPUS_ON_NODE']);
  return given >= 1 ? Math.min(given, os.availableParallelism()) : os.availableParallelism();
}

const noTask = (array: string, task: number): LabError =>
  new LabError(
    'run-not-found',
    `${array} has no piece ${task}.`,
    'Go on with the run: it hands its pieces over anew.',
  );

const otherVersion = (order: PieceOrder): LabError =>
  new LabError(
    'run-not-resumable',
    `This machine has Adapter Lab ${version}, and the run was begun with ${order.program}.`,
    'Install the same version on every machine.',
  );
