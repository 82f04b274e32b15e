import { groupOf, type Batch } from '../../models/batches';
import type { DownProjection } from '../../adapters/downProjections';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import type { Module } from '../../shared/words';
import type { MeanGradients } from './meanGradients';
import { BatchRecorder } from './recorder';
import type { UnitOrder } from './unitRunner';
import type { Update, WorkItem } from './work';

/** What a backward pass gathers beside the per-sample norms. */
export interface Gathering {
  readonly means: MeanGradients | undefined;
  /** Groups of samples whose whole gradients are scored each by themselves; items of a group lie together. */
  readonly groups: number;
  readonly downs: ReadonlyMap<string, DownProjection>;
}

/** Runs a backward pass over a batch and takes what it recorded of these modules: [row][member], as `TaskScores` wants it. */
export async function recorded<T>(
  batch: Batch,
  modules: readonly Module[],
  { means, downs }: Gathering,
  run: (recorder: BatchRecorder) => T | Promise<T>,
): Promise<{ result: T; norms: number[][] }> {
  const recorder = new BatchRecorder(batch.members.length, means, downs);
  try {
    const result = await run(recorder);
    return { result, norms: await valuesOf(recorder, modules, batch) };
  } finally {
    recorder.dispose();
  }
}

/**
 * To be called behind each item: where the next one is of another group of samples, the whole gradients of this group are
 * scored.
 *
 * @param place of the item in the unit
 */
export async function endGroupBehind(
  { means, groups }: Gathering,
  modules: readonly Module[],
  model: Transformer,
  { items }: UnitOrder,
  place: number,
): Promise<void> {
  if (means === undefined || groups === 1) return;
  const groupAt = (at: number): number | undefined => {
    const item = items[at];
    return item === undefined ? undefined : groupOf(item.batch, groups);
  };
  const group = groupAt(place);
  if (groupAt(place + 1) === group) return;
  const samples = samplesOf(items.filter(({ batch }) => groupOf(batch, groups) === group));
  for (const module of modules) await means.endGroup(module, model.weight(module), samples);
}

/** What needs the whole gradient, of modules whose blocks are loaded; their sums are then forgotten. */
export async function wholeOf(
  means: MeanGradients,
  modules: readonly Module[],
  model: Transformer,
  { unit, items }: UnitOrder,
): Promise<Update> {
  const samples = samplesOf(items);
  const scores = await Promise.all(
    modules.map(async (module) => ({
      path: module.path,
      ...(await means.take(module, model.weight(module), samples)),
    })),
  );
  return { kind: 'whole', unit: unit.index, task: items[0]?.task ?? 0, scores };
}

const samplesOf = (items: readonly WorkItem[]): number =>
  items.reduce((sum, { batch }) => sum + batch.members.length, 0);

/** Values of the modules, and behind them those of B of the modules that have an adapter: [row][member]. */
async function valuesOf(
  recorder: BatchRecorder,
  modules: readonly Module[],
  batch: Batch,
): Promise<number[][]> {
  const [squaredNorms, squaredNormsOfB] = [await recorder.squaredNorms(), await recorder.squaredNormsOfB()];
  const ofB = modules.flatMap(({ path }) => {
    const norms = squaredNormsOfB.get(path);
    return norms === undefined ? [] : [[...norms]];
  });
  const values = modules.map(({ path }) => [...(squaredNorms.get(path) ?? [])]);
  values.forEach((norms, index) => {
    const bad = norms.findIndex((norm) => !Number.isFinite(norm));
    if (bad < 0) return;
    throw new LabError(
      'loss-not-finite',
      `The squared gradient of ${modules[index]?.path} for sample ${batch.members[bad]} is ${norms[bad]}.`,
      'Check the sample, or whether the checkpoint overflows in float32.',
    );
  });
  return [...values, ...ofB];
}
