import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export type TorchMode = 'naive' | 'naive-norms' | 'gram';

export interface TorchRun {
  readonly mode: TorchMode;
  readonly seconds: number;
  /** Of all threads. Far below threads times `seconds`, others used the cores and the run says little. */
  readonly cpuSeconds: number;
  /**
   * Of the whole process, weights and libraries included, since the start of this run. It keeps freed memory, so that a
   * run after one of another mode starts from that one's; for memory, start a process for each mode.
   */
  readonly peakRssBytes: number;
  /** Of a card, since the start of this run: what tensors took, and that with freed memory which torch keeps. */
  readonly peakAllocatedBytes?: number;
  readonly peakReservedBytes?: number;
}

/** What score_torch.py says of itself before the first run. */
export interface TorchInfo {
  readonly torch: string;
  readonly threads: number;
  /** Where a card computes: its name, CUDA's version, and the error of a product against float64. */
  readonly card?: string;
  readonly cuda?: string;
  readonly productError?: number;
  /** Elsewhere: the kernel that OpenBLAS runs here, by its own name. */
  readonly kernel?: string;
  /** What was tried before the choice: single-thread speed and error against float64 of each kernel. */
  readonly blas?: {
    readonly gflops1T: number;
    readonly error: number;
    readonly tried: readonly { readonly kernel: string; readonly gflops1T: number; readonly error: number }[];
  };
}

export interface TorchOptions {
  readonly model: string;
  readonly data: string;
  readonly threads?: number;
  readonly device?: 'cpu' | 'cuda';
  /** Debian's own Python by default, since it is the one that has Debian's torch. */
  readonly python?: string;
}

const script = path.resolve(__dirname, '../torch/score_torch.py');
const needed = 'sudo apt install python3-torch libopenblas0-pthread';

/** score_torch.py with a model loaded, waiting for runs; so that another program can take turns with it. */
export class TorchScorer {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly answer: () => Promise<unknown>,
    readonly info: TorchInfo,
  ) {}

  /** @throws Error with what to install where torch is missing or multiplies by reference BLAS */
  static async start({
    model,
    data,
    threads = 2,
    device = 'cpu',
    python = '/usr/bin/python3',
  }: TorchOptions): Promise<TorchScorer> {
    const args = [script, '--model', model, '--data', data, '--threads', String(threads), '--serve'];
    args.push('--device', device);
    const env = {
      ...process.env,
      // libgomp's threads would spin against OpenBLAS's: 1.7 times slower.
      GOMP_SPINCOUNT: '0',
      OMP_NUM_THREADS: String(threads),
    };
    const child = spawn(python, args, { env });
    const answer = reader(child, python);
    return new TorchScorer(child, answer, (await answer()) as TorchInfo);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** One timed repetition; the model stays loaded. */
  async run(mode: TorchMode): Promise<TorchRun> {
    this.child.stdin.write(`run ${mode}\n`);
    return (await this.answer()) as TorchRun;
  }

  /** Each module's score, without measuring. */
  async scores(mode: TorchMode): Promise<ReadonlyMap<string, number>> {
    this.child.stdin.write(`scores ${mode}\n`);
    const { scores } = (await this.answer()) as { readonly scores: Readonly<Record<string, number>> };
    return new Map(Object.entries(scores));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}

/** Gives the child's next line each time it is called; an error with what the child complained of where it has ended. */
export function reader(
  child: ChildProcessWithoutNullStreams,
  program: string,
  side = 'The PyTorch side',
): () => Promise<unknown> {
  const complaints: string[] = [];
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)));
  // A write to a child that has ended; the next answer says so.
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => {
    complaints.push(`${program} cannot be started (${error.message}); install it: ${needed}`);
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (done === true) {
      await closed;
      const why = complaints.join('').trim() || `code ${child.exitCode}, signal ${child.signalCode}`;
      throw new Error(`${side} ended: ${why}`);
    }
    const record = JSON.parse(value) as { error?: string };
    if (record.error !== undefined) throw new Error(`${side}: ${record.error}`);
    return record;
  };
}

/** Peak resident size of one mode in a process of its own, second run, in bytes. */
export async function torchPeak(options: TorchOptions, mode: TorchMode): Promise<number> {
  const torch = await TorchScorer.start(options);
  try {
    await torch.run(mode);
    return (await torch.run(mode)).peakRssBytes;
  } finally {
    await torch.stop();
  }
}
