import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { reader } from './torch';

/** What both sides train, and how. */
export interface TrainerSettings {
  readonly model: string;
  /** JSONL with `input_ids`; all samples are one step. */
  readonly data: string;
  /** Where our side writes the adapter that both begin with. */
  readonly adapter: string;
  /** Ends of the paths of the adapted modules. */
  readonly targets: readonly string[];
  readonly rank: number;
  readonly alpha: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly threads: number;
  /** Dynamic LoRA with all its switches on, instead of LoRA; ours alone. */
  readonly dynamic?: boolean;
}

/** Some steps of one side. */
export interface TrainingRun {
  /** Of each step, before its update. */
  readonly losses: readonly number[];
  readonly seconds: readonly number[];
  /** Of all threads and steps. Far below threads times seconds, others used the cores. */
  readonly cpuSeconds: number;
  /** Of the whole process since its model was loaded. */
  readonly peakRssBytes: number;
}

/** A process with a model loaded that takes steps when it is asked, so that the two sides can take turns. */
export class Trainer {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly answer: () => Promise<unknown>,
    /** The side in its own words. */
    readonly about: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * Ours, out of the sources by tsx, whose loader is a part of its memory.
   * @param profile folder where V8 writes a CPU profile when the process ends
   */
  static async ours(settings: TrainerSettings, profile?: string): Promise<Trainer> {
    const script = path.join(__dirname, 'ourTrainer.ts');
    const flags = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
    const args = [...flags, '--require', 'tsx/cjs', script, JSON.stringify(settings)];
    const child = spawn(process.execPath, args);
    return Trainer.started(child, reader(child, process.execPath, 'Our side'));
  }

  /**
   * PyTorch's, after ours has written the adapter.
   * @throws Error with what to install where torch is missing or multiplies by reference BLAS
   */
  static async torch(settings: TrainerSettings): Promise<Trainer> {
    const { model, data, adapter, rank, alpha, threads } = settings;
    const script = path.resolve(__dirname, '../torch/train_torch.py');
    const args = Object.entries({
      ...{ model, data, adapter, threads, scaling: alpha / rank },
      'learning-rate': settings.learningRate,
      'weight-decay': settings.weightDecay,
      'max-grad-norm': settings.maxGradNorm,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    // Debian's own Python has Debian's torch. libgomp's threads would spin against OpenBLAS's.
    const python = '/usr/bin/python3';
    const env = { ...process.env, GOMP_SPINCOUNT: '0', OMP_NUM_THREADS: String(threads) };
    const child = spawn(python, [script, ...args], { env });
    return Trainer.started(child, reader(child, python));
  }

  private static async started(
    child: ChildProcessWithoutNullStreams,
    answer: () => Promise<unknown>,
  ): Promise<Trainer> {
    return new Trainer(child, answer, (await answer()) as Record<string, unknown>);
  }

  async run(steps: number): Promise<TrainingRun> {
    this.child.stdin.write(`run ${steps}\n`);
    return (await this.answer()) as TrainingRun;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}
