import { lengthOf, type AnySample } from '../../models/samples';
import type { Transformer } from '../../models/transformer';
import { toLabError } from '../../shared/errors';
import { largestOf } from '../../shared/largestOf';
import { breathe } from '../scoring/breathe';
import { addAll } from './addInto';
import { evaluate, type Evaluated, type EvaluationSet } from './evaluate';
import { stepBatches, tokensOf } from './stepBatches';
import type { TrainingPass } from './trainingPass';
import type { TrialEvent } from './trialEvents';

/** A step's loss and gradients, summed over its batches. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: Map<string, Float32Array>;
  readonly noted: Map<string, Float32Array>;
  /** Real ones. */
  readonly tokens: number;
}

/** Computes over samples in batches that fit: smaller ones from where a card's memory was full. */
export class FittingBatches {
  /** @param tokens positions with padding of a batch at most */
  constructor(
    private readonly model: Transformer,
    private readonly pass: TrainingPass,
    private readonly emit: (event: TrialEvent) => void,
    private readonly signal: AbortSignal,
    public tokens: number,
  ) {}

  /** @param members which samples the step has @param seed of the step */
  step(samples: readonly AnySample[], members: readonly number[], seed: number): Promise<StepResult> {
    return this.untilItFits(
      members.flatMap((member) => samples[member] ?? []),
      () => this.gradients(samples, members, seed),
    );
  }

  evaluate(set: EvaluationSet): Promise<Evaluated> {
    const breath = (): Promise<void> => breathe(this.signal);
    const { lengthBoundary } = this.model.spec;
    return this.untilItFits(set.samples, () => evaluate(this.pass, set, this.tokens, lengthBoundary, breath));
  }

  private async gradients(
    samples: readonly AnySample[],
    members: readonly number[],
    seed: number,
  ): Promise<StepResult> {
    const { tokens, model } = this;
    const batches = stepBatches(samples, members, { tokens, boundary: model.spec.lengthBoundary, seed });
    const gradients = new Map<string, Float32Array>();
    const noted = new Map<string, Float32Array>();
    let [loss, count] = [0, 0];
    for (const one of batches) {
      const result = await this.pass.gradients(one);
      loss += result.loss;
      count += tokensOf(one.batch);
      addAll(gradients, result.gradients);
      addAll(noted, result.noted);
      if (batches.length > 1) await breathe(this.signal);
    }
    return { loss, gradients, noted, tokens: count };
  }

  private async untilItFits<T>(samples: readonly AnySample[], compute: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await compute();
      } catch (thrown) {
        const error = toLabError(thrown);
        const longest = largestOf(samples.map(lengthOf));
        if (error.code !== 'out-of-memory' || this.tokens <= longest) throw thrown;
        this.tokens = Math.max(longest, Math.floor(this.tokens / 2));
        const next = `Goes on with batches of ${this.tokens} tokens.`;
        this.emit({ type: 'again', error: error.toPayload(), next });
      }
    }
  }
}
