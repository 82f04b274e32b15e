import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from '../files/makeFolder';
import { readModelWithHead, writeHead } from '../files/addedHead';
import { readModelFolder, type ModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { runFiles } from '../files/runs';
import { classNames } from '../models/classNames';
import { sampleLines, type DataLine } from '../models/dataFile';
import { lacksHead, newTensors } from '../models/newHead';
import { openModel } from '../models/openModel';
import { cancelled } from '../shared/errors';
import type { TaskSource } from '../shared/taskSource';
import type { Device } from '../shared/words';
import { openDevice } from '../tensors/device';
import { optionalTokenizer, readSamples } from './prepare';
import type { EventSink } from './request';
import { freshHead, probeHead, type ProbeOutcome } from './training/headProbe';
import { chooseTrainingMemory } from './training/trainingMemory';
import { holderOf } from './scoring/holder';
import { isFile } from '../files/isFile';

/** Samples that a probe looks at, at most. */
const mostSamples = 2048;

/** For whose classes a head is made. */
export interface HeadRequest {
  /** Absolute path of the model folder. */
  readonly model: string;
  readonly tasks: readonly TaskSource[];
  readonly maxLength: number;
  readonly device: Device | 'auto';
  readonly seed: number;
}

/** The head that a run has made; undefined where it has none (yet). @param run absolute path of the run's folder */
export async function headOf(run: string): Promise<string | undefined> {
  const file = path.join(run, runFiles.head);
  return (await isFile(file)) ? file : undefined;
}

/** The model's folder where it classifies only with a head that it has not; else undefined. */
export async function headless({ model, tasks }: HeadRequest): Promise<ModelFolder | undefined> {
  if (tasks.some(({ kind }) => kind === 'causal-lm')) return undefined;
  const folder = await readModelFolder(model);
  requireComputable(folder);
  return lacksHead(folder) ? folder : undefined;
}

/**
 * A head for a checkpoint that cannot classify without: made for the classes of the tasks' labels and trained alone first
 * (a linear probe), because what is scored or trained through a random head is noise. It is kept in the run's folder.
 *
 * @param run absolute path of the run's folder
 * @returns the head's file; undefined where the model needs none
 */
export async function headFor(
  request: HeadRequest,
  run: string,
  sink: EventSink,
  signal: AbortSignal,
): Promise<string | undefined> {
  const made = await headOf(run);
  if (made !== undefined) return made;
  const folder = await headless(request);
  if (folder === undefined) return undefined;
  const file = path.join(run, runFiles.head);
  const untrained = path.join(run, 'state', runFiles.head);
  await makeFolder(path.dirname(untrained));
  const labels = classNames(request.tasks, await Promise.all(request.tasks.map((task) => allLines(task))));
  const { seed } = request;
  const head = freshHead(newTensors(folder, labels.length), folder.settings['initializer_range'], seed);
  const tensors = head.map(({ name, shape, values }) => ({ name, shape, data: values }));
  await writeHead(untrained, tensors, labels);
  let outcome: ProbeOutcome;
  try {
    outcome = await probe(request, untrained, head, signal);
    await writeHead(file, tensors, labels);
  } finally {
    await rm(untrained, { force: true });
  }
  sink({ type: 'note', text: noteOf(folder.architecture, labels, outcome) });
  return file;
}

const allLines = ({ file }: TaskSource): Promise<DataLine[]> => sampleLines(file, Number.MAX_SAFE_INTEGER, 0);

async function probe(
  { model: dir, tasks, maxLength, device: wanted, seed }: HeadRequest,
  untrained: string,
  head: Parameters<typeof probeHead>[1],
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const model = openModel(await readModelWithHead(dir, untrained));
  try {
    const tokenizer = await optionalTokenizer(dir);
    const length = Math.min(maxLength, model.spec.maxLength);
    const share = Math.ceil(mostSamples / tasks.length);
    const samples = await Promise.all(
      tasks.map(async (task) =>
        readSamples(await sampleLines(task.file, share, seed), task, model, tokenizer, length),
      ),
    );
    const device = await openDevice(wanted, os.availableParallelism());
    if (signal.aborted) throw cancelled();
    const memory = chooseTrainingMemory(
      model,
      samples.flat(),
      { parameters: 0, firstLayer: model.layers },
      holderOf(device),
    );
    return await probeHead(model, head, samples.flat(), seed, memory, signal);
  } finally {
    await model.dispose();
  }
}

function noteOf(architecture: string, labels: readonly string[], outcome: ProbeOutcome): string {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const { trainedOn, heldOut, accuracy, majority } = outcome;
  return (
    `${architecture} has no classification head. One for ${labels.length} classes (${labels.join(', ')}) was trained ` +
    `alone first, on ${trainedOn} samples, and is kept in ${runFiles.head}: it gets ${percent(accuracy)} of ${heldOut} ` +
    `others right, of which the commonest class is ${percent(majority)}.`
  );
}
