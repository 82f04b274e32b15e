import os from 'node:os';
import path from 'node:path';
import { tmpdir } from 'node:os';
import type { Lane } from '../../src/engine/lanes/lane';
import { dispatch } from '../../src/engine/lanes/dispatch';
import { closeLanes, openLanes } from '../../src/engine/lanes/openLanes';
import { prepare, type Prepared } from '../../src/engine/prepare';
import type { ScoreRequest } from '../../src/engine/request';
import { batchFlops } from '../../src/engine/scoring/cost';
import { ScoreTally } from '../../src/engine/scoring/scoreTally';
import { notBegun, type Update } from '../../src/engine/scoring/work';
import { workloadOf, type Workload } from '../../src/engine/scoring/workload';
import type { Device, TaskKind } from '../../src/shared/words';
import { loadProduct } from '../../src/tensors/onnxruntime';

/** The engine with its processes open and a model loaded, to be asked for one score after the other. */
export class OurScorer {
  private constructor(
    private readonly lanes: readonly Lane[],
    private readonly prepared: Prepared,
    private readonly work: Workload,
    private readonly request: ScoreRequest,
  ) {}

  static async open(
    model: string,
    data: string,
    kind: TaskKind,
    samples: number,
    device: Device = 'native',
  ): Promise<OurScorer> {
    const request: ScoreRequest = {
      model,
      modelName: 'bench',
      tasks: [{ name: 'bench', kind, file: data, text: 'text', label: 'labels' }],
      estimator: 'fisher',
      samples,
      batchSize: samples,
      maxLength: 4096,
      device,
      labels: 'empirical',
      perSample: true,
      taylor: false,
      seed: 1,
    };
    const prepared = await prepare(request);
    const { lanes, work } = await opened(prepared, request);
    await prepared.model.dispose();
    return new OurScorer(lanes, prepared, work, request);
  }

  /** What computes, in the device's own words. */
  get description(): string {
    return this.lanes[0]!.device.description;
  }

  /** How memory is spent. */
  get memory(): string {
    return `${this.work.mode}, batches of ${this.work.tokens} tokens at most`;
  }

  /** Arithmetic of one score. */
  get gflop(): number {
    const { model } = this.prepared;
    return this.work.items.reduce((sum, { batch }) => sum + batchFlops(model, batch, false), 0) / 1e9;
  }

  /** Scores once. @returns seconds */
  async run(report: (update: Update) => void = () => undefined): Promise<number> {
    const { work, lanes } = this;
    const orders = work.units.map((unit) => ({
      unit,
      items: unit.items.flatMap((item) => work.items[item] ?? []),
      progress: notBegun,
      folder: path.join(tmpdir(), `adapter-lab-bench-unit-${process.pid}-${unit.index}`),
    }));
    const settings = { mode: work.mode, labels: { kind: 'empirical' }, taylor: false } as const;
    const started = performance.now();
    await dispatch(lanes, orders, settings, report, new AbortController().signal);
    return (performance.now() - started) / 1000;
  }

  /** Scores once without measuring. @returns each module's score */
  async scores(): Promise<ReadonlyMap<string, number>> {
    const tally = new ScoreTally(this.prepared, this.request, this.work);
    await this.run((update) => void tally.take(update));
    return new Map(tally.tasks[0]!.moduleScores(false).map(({ path: of, score }) => [of, score]));
  }

  /** What the machine multiplies with all its cores, in GFLOP/s: 1024 x 768 x 3072, the best of twenty. */
  gflops(): number {
    const product = loadProduct(os.availableParallelism());
    const [m, k, n] = [1024, 768, 3072];
    const [a, b, out] = [
      new Float32Array(m * k).fill(1),
      new Float32Array(k * n).fill(1),
      new Float32Array(m * n),
    ];
    let best = 0;
    for (let turn = 0; turn < 20; turn++) {
      const started = performance.now();
      product(a, [m, k], b, [k, n], out, [m, n], false, false);
      best = Math.max(best, (2 * m * k * n) / ((performance.now() - started) * 1e6));
    }
    return best;
  }

  close(): Promise<void> {
    return closeLanes(this.lanes);
  }
}

/** On the CPU the work decides how many processes there are; what a card holds is known when it is open. */
async function opened(
  prepared: Prepared,
  request: ScoreRequest,
): Promise<{ lanes: readonly Lane[]; work: Workload }> {
  const { model, device } = request;
  const cores = os.availableParallelism();
  if (device !== 'webgpu') {
    const work = workloadOf(prepared, request, cores, undefined);
    return { lanes: await openLanes({ model, device }, work.processes, cores), work };
  }
  const lanes = await openLanes({ model, device }, 1, cores);
  try {
    return {
      lanes,
      work: workloadOf(prepared, request, cores, undefined, undefined, lanes[0]!.device.card),
    };
  } catch (error) {
    await closeLanes(lanes);
    throw error;
  }
}
