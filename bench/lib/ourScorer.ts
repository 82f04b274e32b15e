import os from 'node:os';
import path from 'node:path';
import { tmpdir } from 'node:os';
import type { Lane } from '../../src/engine/lanes/lane';
import { dispatch } from '../../src/engine/lanes/dispatch';
import { closeLanes, openLanes } from '../../src/engine/lanes/openLanes';
import { prepare } from '../../src/engine/prepare';
import type { ScoreRequest } from '../../src/engine/request';
import { batchFlops } from '../../src/engine/scoring/cost';
import { notBegun } from '../../src/engine/scoring/work';
import { workloadOf, type Workload } from '../../src/engine/scoring/workload';
import type { TaskKind } from '../../src/shared/words';
import { loadProduct } from '../../src/tensors/onnxruntime';

/** The engine with its processes open and a model loaded, to be asked for one score after the other. */
export class OurScorer {
  private constructor(
    private readonly lanes: readonly Lane[],
    private readonly work: Workload,
    /** Arithmetic of one score. */
    readonly gflop: number,
  ) {}

  static async open(model: string, data: string, kind: TaskKind, samples: number): Promise<OurScorer> {
    const request: ScoreRequest = {
      model,
      modelName: 'bench',
      tasks: [{ name: 'bench', kind, file: data, text: 'text', label: 'labels' }],
      estimator: 'fisher',
      samples,
      batchSize: samples,
      maxLength: 4096,
      device: 'native',
      labels: 'empirical',
      perSample: true,
      taylor: false,
      seed: 1,
    };
    const prepared = await prepare(request);
    const cores = os.availableParallelism();
    const work = workloadOf(prepared, request, cores, undefined);
    const lanes = await openLanes({ model, device: 'native' }, work.processes, cores);
    const flops = work.items.reduce((sum, { batch }) => sum + batchFlops(prepared.model, batch, false), 0);
    await prepared.model.dispose();
    return new OurScorer(lanes, work, flops / 1e9);
  }

  /** Scores once. @returns seconds */
  async run(): Promise<number> {
    const { work, lanes } = this;
    const orders = work.units.map((unit) => ({
      unit,
      items: unit.items.flatMap((item) => work.items[item] ?? []),
      progress: notBegun,
      folder: path.join(tmpdir(), `adapter-lab-bench-unit-${unit.index}`),
    }));
    const settings = { mode: work.mode, labels: { kind: 'empirical' }, taylor: false } as const;
    const started = performance.now();
    await dispatch(lanes, orders, settings, () => undefined, new AbortController().signal);
    return (performance.now() - started) / 1000;
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
