import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';
import type { Labels } from '../../models/heads/head';
import { readDownProjections, type DownProjection } from '../../models/downProjections';
import type { Transformer } from '../../models/transformer';
import { cancelled, LabError } from '../../shared/errors';
import type { Module } from '../../shared/words';
import { Activations } from './activations';
import { blockBackward, blockForward } from './blockPass';
import { BatchRecorder, MeanGradients } from './recorder';
import { loadWhole, scoreOnTape } from './tapePass';
import type { MemoryMode } from '../../shared/words';
import type { Unit, UnitProgress, Update, WorkItem } from './work';

/** A unit with all that it needs; can be sent to another process. */
export interface UnitOrder {
  readonly unit: Unit;
  /** In the order of `unit.items`. */
  readonly items: readonly WorkItem[];
  readonly progress: UnitProgress;
  /** Folder for hidden states, of this unit alone. */
  readonly folder: string;
}

export interface ScoringSettings {
  readonly mode: MemoryMode;
  readonly labels: Labels;
  /** Also what needs the whole gradient. */
  readonly taylor: boolean;
  /** Folder of a PEFT adapter whose A is given: the gradient of its B at B = 0 is scored too. */
  readonly adapter?: string | undefined;
}

/** Computes units in this process. */
export class UnitRunner {
  private downs: Promise<Map<string, DownProjection>> | undefined;

  constructor(
    private readonly model: Transformer,
    private readonly settings: ScoringSettings,
  ) {}

  /**
   * @param report called with every update, in order
   * @throws LabError cancelled, loss-not-finite, out-of-memory, and what reading weights throws
   */
  async run(order: UnitOrder, report: (update: Update) => void, signal: AbortSignal): Promise<void> {
    const means = this.settings.taylor ? new MeanGradients(this.model.folder.family.shape) : undefined;
    const { adapter } = this.settings;
    const downs = adapter === undefined ? new Map<string, DownProjection>() : await this.downsOf(adapter);
    const gathering = { means, downs };
    try {
      if (this.settings.mode === 'streaming') await this.stream(order, report, signal, gathering);
      else await this.onTape(order, report, signal, gathering);
    } finally {
      means?.dispose();
    }
  }

  /** Frees what stays between units. */
  async dispose(): Promise<void> {
    // Where they could not be read there is nothing to free.
    const downs = await this.downs?.catch(() => undefined);
    for (const { a } of downs?.values() ?? []) a.dispose();
    this.downs = undefined;
  }

  private downsOf(adapter: string): Promise<Map<string, DownProjection>> {
    return (this.downs ??= readDownProjections(adapter, this.model.folder));
  }

  private async onTape(
    { unit, items, progress }: UnitOrder,
    report: (update: Update) => void,
    signal: AbortSignal,
    gathering: Gathering,
  ): Promise<void> {
    await loadWhole(this.model);
    for (const [place, { batch }] of items.entries()) {
      const item = unit.items[place] ?? 0;
      // Sums of gradients are not in the journal: with them a unit begins anew.
      if (gathering.means === undefined && progress.done.has(item)) continue;
      await breathe(signal);
      const recorder = new BatchRecorder(batch.members.length, gathering.means, gathering.downs);
      try {
        const losses = await scoreOnTape(this.model, batch, this.settings.labels, recorder);
        const norms = valuesOf(recorder, this.model.modules, batch);
        report({ kind: 'batch', unit: unit.index, item, losses, norms });
      } finally {
        recorder.dispose();
      }
    }
    const { means } = gathering;
    if (means === undefined) return;
    const scores = this.model.modules.map((module) => this.whole(means, module, items));
    report({ kind: 'whole', unit: unit.index, task: items[0]?.task ?? 0, scores });
  }

  private async stream(
    { unit, items, progress, folder }: UnitOrder,
    report: (update: Update) => void,
    signal: AbortSignal,
    gathering: Gathering,
  ): Promise<void> {
    const { model } = this;
    const { width } = model.spec;
    const stored = new Activations(
      folder,
      items.map(({ batch }) => [batch.members.length * batch.length, width]),
    );
    let backward = progress.backward;
    if (backward !== undefined && !(await hasAllBelow(stored, backward))) backward = undefined;
    if (backward === undefined) {
      const hidden = await this.forward(unit, items, stored, progress.forward, report, signal);
      try {
        const inputs = items.map(({ batch }, i) => ({ x: hidden[i] as tf.Tensor2D, batch }));
        const outcomes = await model.head.runStreamed(inputs, this.settings.labels);
        const gradients = outcomes.map(({ gradient }) => gradient);
        const written = stored.write('gradients', model.layers, gradients);
        tf.dispose(gradients);
        await written;
        report({ kind: 'losses', unit: unit.index, losses: outcomes.map(({ losses }) => losses) });
      } finally {
        tf.dispose(hidden);
      }
      model.head.dispose();
      backward = model.layers;
    }
    await this.backward(unit, items, stored, backward, report, signal, gathering);
    await stored.removeAll();
  }

  /** @returns hidden states behind the last block, one tensor an item */
  private async forward(
    unit: Unit,
    items: readonly WorkItem[],
    stored: Activations,
    from: number | undefined,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<tf.Tensor2D[]> {
    const { model } = this;
    const resumes = from !== undefined && (await hasInputs(stored, from));
    let start = resumes ? from : 0;
    const hidden = resumes ? await stored.read('inputs', start) : [];
    try {
      if (!resumes) for (const { batch } of items) hidden.push(await model.embed(batch));
      // Not before: what an embedding loads itself would take its place.
      model.readAhead(start);
      if (!resumes) await this.keep(stored, 0, hidden, unit, report);
      for (; start < model.layers; start++) {
        await model.loadBlock(start);
        model.readAhead(start + 1);
        for (const [i, { batch }] of items.entries()) {
          await breathe(signal);
          const input = hidden[i] as tf.Tensor2D;
          hidden[i] = blockForward(model, start, input, batch);
          input.dispose();
        }
        // The last block is the first one that the backward pass wants.
        if (start < model.layers - 1) model.releaseBlock(start);
        await this.keep(stored, start + 1, hidden, unit, report);
      }
      return hidden;
    } catch (error) {
      tf.dispose(hidden);
      throw error;
    }
  }

  private async keep(
    stored: Activations,
    layer: number,
    hidden: readonly tf.Tensor2D[],
    unit: Unit,
    report: (update: Update) => void,
  ): Promise<void> {
    await stored.write('inputs', layer, hidden);
    report({ kind: 'forward', unit: unit.index, layer });
  }

  private async backward(
    unit: Unit,
    items: readonly WorkItem[],
    stored: Activations,
    from: number,
    report: (update: Update) => void,
    signal: AbortSignal,
    gathering: Gathering,
  ): Promise<void> {
    const { model } = this;
    const gradients = await stored.read('gradients', from);
    try {
      for (let layer = from - 1; layer >= 0; layer--) {
        await model.loadBlock(layer);
        model.readAhead(layer - 1);
        const inputs = await stored.read('inputs', layer);
        const modules = model.modules.filter((module) => module.layer === layer);
        const norms: number[][][] = [];
        try {
          for (const [i, { batch }] of items.entries()) {
            await breathe(signal);
            const recorder = new BatchRecorder(batch.members.length, gathering.means, gathering.downs);
            const gradient = gradients[i] as tf.Tensor2D;
            try {
              const input = inputs[i] as tf.Tensor2D;
              gradients[i] = blockBackward(model, layer, input, gradient, batch, recorder);
              norms.push(valuesOf(recorder, modules, batch));
            } finally {
              recorder.dispose();
            }
          }
          const { means } = gathering;
          if (means !== undefined) {
            const scores = modules.map((module) => this.whole(means, module, items));
            report({ kind: 'whole', unit: unit.index, task: items[0]?.task ?? 0, scores });
          }
        } finally {
          tf.dispose(inputs);
        }
        model.releaseBlock(layer);
        await stored.write('gradients', layer, gradients);
        report({ kind: 'layer', unit: unit.index, layer, norms });
        // One step is kept back: the engine may be killed before it has noted this one.
        await stored.remove('gradients', layer + 2);
        await stored.remove('inputs', layer + 2);
      }
    } finally {
      tf.dispose(gradients);
    }
  }

  private whole(means: MeanGradients, module: Transformer['modules'][number], items: readonly WorkItem[]) {
    const samples = items.reduce((sum, { batch }) => sum + batch.members.length, 0);
    return { path: module.path, ...means.take(module, this.model.weight(module), samples) };
  }
}

/** What a backward pass gathers beside the per-sample norms. */
interface Gathering {
  readonly means: MeanGradients | undefined;
  readonly downs: ReadonlyMap<string, DownProjection>;
}

/** Values of the modules, and behind them those of B of the modules that have an adapter: [row][member]. */
function valuesOf(recorder: BatchRecorder, modules: readonly Module[], batch: Batch): number[][] {
  const { squaredNorms, squaredNormsOfB } = recorder;
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

/** Whether all is there that the blocks below `layer` need to be differentiated. */
const hasAllBelow = async (stored: Activations, layer: number): Promise<boolean> =>
  (await stored.has('gradients', layer)) && hasInputs(stored, layer - 1);

/** Whether the inputs of all blocks up to `layer` are there. */
async function hasInputs(stored: Activations, layer: number): Promise<boolean> {
  const found = await Promise.all(
    Array.from({ length: layer + 1 }, (_, below) => stored.has('inputs', below)),
  );
  return found.every(Boolean);
}

/** Lets messages in: without it a cancel or a heartbeat would wait for the whole unit. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw cancelled();
}
