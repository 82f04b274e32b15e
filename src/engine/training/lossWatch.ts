/** Mean loss above which a training has gone wrong, in multiples of the loss it began with. */
const divergence = 4;
/** Weight of a step in that mean: one sample that is labeled wrong is no reason to end. */
const newest = 0.1;

/** Watches whether a training's loss runs away. */
export class LossWatch {
  /** Loss of the first step. */
  private first: number | undefined;
  /** Moving average. */
  private mean = 0;

  /** @returns what is wrong, as the end of a sentence; undefined where nothing is */
  add(loss: number, gradientNorm: number): string | undefined {
    this.mean = this.first === undefined ? loss : (1 - newest) * this.mean + newest * loss;
    this.first ??= loss;
    if (!Number.isFinite(gradientNorm)) return `the gradient's norm is ${gradientNorm}`;
    if (this.mean <= divergence * Math.max(this.first, 1)) return undefined;
    return `its mean loss is ${this.mean.toFixed(2)}; it began at ${this.first.toFixed(2)}`;
  }

  get state(): { readonly firstLoss?: number; readonly meanLoss: number } {
    return { ...(this.first === undefined ? {} : { firstLoss: this.first }), meanLoss: this.mean };
  }

  restore({
    firstLoss,
    meanLoss,
  }: {
    readonly firstLoss?: number | undefined;
    readonly meanLoss: number;
  }): void {
    this.first = firstLoss;
    this.mean = meanLoss;
  }
}
