import * as z from 'zod';

/** Ranks of the model's modules in its order, and weights of its layers. */
const moveSchema = z.object({
  ranks: z.array(z.number().int().nonnegative()),
  weights: z.record(z.string(), z.number()).optional(),
});
export type Move = z.infer<typeof moveSchema>;

export const movesSchema = z.object({
  told: moveSchema.optional(),
  waiting: moveSchema.optional(),
});
type MovesState = z.infer<typeof movesSchema>;

/**
 * Which moves of rank are told. AdaLoRA may move some in every step, and of those between two steps that get a line only what they
 * came to counts; what came to the same as before is no news.
 */
export class Moves {
  private told: Move | undefined;
  private waiting: Move | undefined;

  add(move: Move): void {
    this.waiting = isSame(move, this.told) ? undefined : move;
  }

  /** What there is to tell, which is told from then on. */
  take(): Move | undefined {
    const { waiting } = this;
    if (waiting !== undefined) [this.told, this.waiting] = [waiting, undefined];
    return waiting;
  }

  /** For a trial that goes on later, and tells what it would have told. */
  get state(): MovesState {
    const { told, waiting } = this;
    return { ...(told === undefined ? {} : { told }), ...(waiting === undefined ? {} : { waiting }) };
  }

  restore({ told, waiting }: MovesState): void {
    [this.told, this.waiting] = [told, waiting];
  }
}

const isSame = (one: Move, other: Move | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);
