import type { Adapter } from '../../adapters/adapter';
import { countParameters, type Parameter } from '../../adapters/parameter';
import type { NamedArray } from '../../shared/namedArray';
import type { Transformer } from '../../models/transformer';
import { LabError, toLabError } from '../../shared/errors';
import type { TaskMetrics } from '../../shared/runEvents';
import { breathe } from '../scoring/breathe';
import { AdamW } from './adamW';
import type { Checkpoint, TrialFacts } from './checkpoint';
import { clipByGlobalNorm } from './clip';
import { isBetter, standingOf, type Evaluated, type EvaluationSet, type Standing } from './evaluate';
import { FittingBatches } from './fittingBatches';
import { LossWatch } from './lossWatch';
import { memoryNow } from './memoryNow';
import { Moves } from './moves';
import { NotedMeans } from './notedMeans';
import { Placed } from './placed';
import { learningRateAt } from './schedule';
import { stepsBetweenEvaluations, TrainingOrder } from './stepBatches';
import { isRecorded } from './thinning';
import { TrainingPass, type PassMemory } from './trainingPass';
import { toldRanks, toldRouters } from './trialAdapter';
import type { TrialData, TrialHooks, TrialSettings } from './trialSettings';

/** What any evaluation is better than. JSON has no Infinity. */
const worst: Standing = { accuracy: -1, loss: Number.MAX_VALUE };

/** One training of one adapter. The same settings, data and device give the same numbers, stopped in between or not. */
export class Trial {
  private readonly order: TrainingOrder;
  private readonly placed = new Placed();
  private readonly batches: FittingBatches;
  private readonly optimizer: AdamW;
  private readonly every: number;
  private step = 0;
  private best: ({ step: number } & Standing) | undefined;
  private waited = 0;
  private pending = { loss: 0, steps: 0, tokens: 0 };
  private began: { readonly at: number; readonly tokens: number } | undefined;
  private readonly stepSeconds: number[] = [];
  private readonly watch = new LossWatch();
  private readonly moves = new Moves();
  private isHopeless = false;
  private readonly noted = new NotedMeans();

  /** @param tokens positions with padding of a batch at most */
  constructor(
    private readonly model: Transformer,
    private readonly adapter: Adapter,
    private readonly settings: TrialSettings,
    private readonly data: TrialData,
    memory: PassMemory,
    tokens: number,
    private readonly hooks: TrialHooks,
  ) {
    const { batchSize, epochs, seed } = settings;
    this.order = new TrainingOrder(data.mixture, batchSize, epochs, seed);
    this.every = stepsBetweenEvaluations(this.order.stepsAnEpoch, settings.evaluationsAnEpoch);
    const pass = new TrainingPass(model, adapter, this.placed, memory);
    this.batches = new FittingBatches(model, pass, hooks.emit, hooks.signal, tokens);
    this.optimizer = new AdamW(this.trained);
  }

  get steps(): number {
    return this.order.steps;
  }

  /** On the validation data, the one before the first step included. */
  get evaluations(): number {
    return 1 + Math.ceil(this.steps / this.every);
  }

  /** Whether it was said that it is not worth going on. */
  get wasEndedEarly(): boolean {
    return this.isHopeless;
  }

  /** Median over the steps of this process, without evaluations and checkpoints; 0 where it took none. */
  get secondsPerStep(): number {
    const sorted = [...this.stepSeconds].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  /** Goes on from a checkpoint. @throws LabError run-not-resumable where it does not fit the adapter */
  restore({ facts, tensors }: Checkpoint): void {
    try {
      this.adapter.restore(tensors);
      for (const { name, values } of this.trained) {
        const empty = new Float32Array(values.length);
        this.optimizer.replace(name, values, empty, empty);
      }
      this.optimizer.restore(new Map([...tensors].map(([name, { values }]) => [name, values])));
    } catch (cause) {
      throw new LabError(
        'run-not-resumable',
        `The checkpoint of ${facts.trial} does not fit: ${String(cause)}`,
        'Start a new run.',
        { cause },
      );
    }
    ({ step: this.step, waited: this.waited } = facts);
    this.batches.tokens = facts.tokens;
    this.watch.restore(facts);
    this.pending = { ...facts.pending };
    this.noted.restore(facts.noted, tensors);
    this.moves.restore(facts.moves);
    this.best = facts.best && { ...facts.best, accuracy: facts.best.accuracy };
  }

  /** Takes the adapter of a checkpoint, and nothing else of it. */
  take({ tensors }: Checkpoint): void {
    this.adapter.restore(tensors);
  }

  /** @throws LabError training-diverged, cancelled, and what devices and disks throw */
  async run(): Promise<void> {
    const { emit } = this.hooks;
    try {
      this.placed.refresh(this.adapter.parameters);
      emit({
        type: 'trial',
        trial: this.settings.name,
        seed: this.settings.seed,
        steps: this.steps,
        fromStep: this.step,
        parameters: countParameters(this.adapter.parameters),
        samples: this.data.samples.length,
        adapter: this.settings.adapter,
      });
      if (this.step === 0) await this.judge();
      // It may have been stopped between the answer and its end.
      else this.isHopeless = (await this.hooks.goesOn?.()) === false;
      await this.train();
    } finally {
      this.placed.dispose();
    }
  }

  /** What a task's samples say of the adapter as it is now. */
  async measure(set: EvaluationSet): Promise<Evaluated> {
    try {
      this.placed.refresh(this.adapter.parameters);
      return await this.finite(this.batches.evaluate(set));
    } finally {
      this.placed.dispose();
    }
  }

  private get trained(): readonly Parameter[] {
    return this.adapter.parameters.filter(({ trained }) => trained);
  }

  private async train(): Promise<void> {
    const { hooks } = this;
    let saved = performance.now();
    while (this.step < this.steps && !this.isPatienceSpent && !this.isHopeless) {
      try {
        await this.takeStep();
      } catch (thrown) {
        // Between two batches of a step: the parameters are those of the step before.
        if (toLabError(thrown).kind === 'cancelled') await hooks.save('last', this.checkpoint());
        throw thrown;
      }
      const evaluates = this.step % this.every === 0 || this.step === this.steps;
      if (evaluates) await this.judge();
      if (evaluates || hooks.signal.aborted || performance.now() - saved >= hooks.saveEvery) {
        await hooks.save('last', this.checkpoint());
        saved = performance.now();
      }
      await hooks.written();
      await breathe(hooks.signal);
    }
  }

  private get isPatienceSpent(): boolean {
    return this.settings.patience > 0 && this.waited >= this.settings.patience;
  }

  private async takeStep(): Promise<void> {
    const { settings, optimizer, adapter, step } = this;
    this.began ??= { at: performance.now(), tokens: this.pending.tokens };
    const { loss, gradients, noted, tokens } = await this.finite(
      this.batches.step(
        this.data.samples,
        this.order.members(step),
        Math.imul(settings.seed + 1, 1_000_003) + step,
      ),
    );
    const added = adapter.regularize?.(gradients) ?? 0;
    const norm = clipByGlobalNorm(gradients, settings.maxGradNorm > 0 ? settings.maxGradNorm : Infinity);
    const wrong = this.watch.add(loss, norm);
    if (wrong !== undefined) throw this.diverged(wrong);
    const rate = learningRateAt(step, this.steps, settings.schedule);
    optimizer.step(gradients, rate, settings.weightDecay);
    this.step++;
    const before = new Map(this.trained.map(({ name, values }) => [name, values]));
    const moved = adapter.afterStep?.({ step: this.step, steps: this.steps, gradients, noted });
    for (const { name, values } of this.trained) {
      if (before.get(name) === values) continue;
      // Of another shape: its moments mean nothing any more.
      const empty = new Float32Array(values.length);
      optimizer.replace(name, values, empty, empty);
      optimizer.forget(name);
    }
    this.placed.refresh(adapter.parameters);
    if (moved !== undefined) this.moves.add({ ...moved, ranks: toldRanks(moved.ranks, this.model.modules) });
    this.noted.add(noted);
    this.pending.loss += loss + added;
    this.pending.steps++;
    this.pending.tokens += tokens;
    const tells = isRecorded(this.step) || this.step === this.steps;
    // What AdaLoRA ends with is told at once.
    if (tells || adapter.hasFinalSize?.(this.step, this.steps) === true) this.tellMove();
    if (tells) this.tellStep(rate, norm);
  }

  /** What has no finite loss has gone wrong, whether a step or an evaluation met it. */
  private async finite<T>(computed: Promise<T>): Promise<T> {
    try {
      return await computed;
    } catch (thrown) {
      const { code, message } = toLabError(thrown);
      throw code === 'loss-not-finite' ? this.diverged(message) : thrown;
    }
  }

  private diverged(why: string): LabError {
    const { name, schedule } = this.settings;
    return new LabError(
      'training-diverged',
      `Trial ${name} went wrong at step ${this.step + 1} of ${this.steps}: ${why.replace(/\.$/, '')}.`,
      `Lower train.learning_rate (${schedule.peak}).`,
    );
  }

  private tellMove(): void {
    const move = this.moves.take();
    if (move === undefined) return;
    this.hooks.emit({ type: 'reallocated', trial: this.settings.name, step: this.step, ...move });
  }

  private tellStep(learningRate: number, gradientNorm: number): void {
    const { loss, steps, tokens } = this.pending;
    const since = this.began;
    const seconds = (performance.now() - (since?.at ?? 0)) / 1000;
    if (since?.tokens === 0) this.stepSeconds.push(seconds / steps);
    this.hooks.emit({
      type: 'step',
      ...{ trial: this.settings.name, step: this.step, loss: loss / steps, learningRate, gradientNorm },
      tokensPerSecond: (tokens - (since?.tokens ?? 0)) / Math.max(seconds, 1e-9),
      memory: memoryNow(),
    });
    this.pending = { loss: 0, steps: 0, tokens: 0 };
    this.began = undefined;
  }

  private async judge(): Promise<void> {
    const metrics: TaskMetrics[] = [];
    for (const set of this.data.validation)
      metrics.push((await this.finite(this.batches.evaluate(set))).metrics);
    const standing = standingOf(metrics);
    // Before AdaLoRA has pruned to its budget, an adapter is larger than what was asked for.
    const counts = this.adapter.hasFinalSize?.(this.step, this.steps) ?? true;
    const best = counts ? isBetter(standing, this.best) : this.best === undefined;
    if (counts) this.waited = best ? 0 : this.waited + 1;
    if (best) this.best = { step: this.step, ...standing, ...(counts ? {} : worst) };
    const routers = toldRouters(this.adapter.routerLoad?.(this.noted.take()), this.model.modules);
    this.hooks.emit({
      type: 'evaluated',
      ...{ trial: this.settings.name, step: this.step, split: 'validation', metrics, best },
      ...(routers === undefined ? {} : { routers }),
    });
    if (best) await this.hooks.save('best', this.checkpoint());
    if (this.step > 0) this.isHopeless = (await this.hooks.goesOn?.()) === false;
  }

  private checkpoint(): Checkpoint {
    const tensors = new Map<string, NamedArray>(
      this.adapter.parameters.map(({ name, shape, values }) => [name, { shape, values }]),
    );
    for (const [name, values] of this.optimizer.state()) {
      tensors.set(name, { shape: [values.length], values });
    }
    for (const [name, array] of this.adapter.state?.() ?? []) tensors.set(name, array);
    for (const [name, array] of this.noted.tensors) tensors.set(name, array);
    const facts: TrialFacts = {
      version: 1,
      ...{ trial: this.settings.name, step: this.step, waited: this.waited },
      ...{ pending: this.pending, tokens: this.batches.tokens, ...this.watch.state },
      noted: this.noted.steps,
      moves: this.moves.state,
      ...(this.best === undefined
        ? {}
        : {
            best: {
              ...{ step: this.best.step, loss: this.best.loss },
              ...(this.best.accuracy === undefined ? {} : { accuracy: this.best.accuracy }),
            },
          }),
    };
    return { facts, tensors };
  }
}
