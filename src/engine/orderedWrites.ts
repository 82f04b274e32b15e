import { toLabError } from '../shared/errors';

/**
 * Writes that are asked for without waiting and done one behind the other: who computes goes on meanwhile, and what is told
 * first stands first. After a write that failed every further one is refused with its error.
 */
export class OrderedWrites {
  private tail: Promise<void> = Promise.resolve();
  private failed: { readonly error: unknown } | undefined;

  /** @throws LabError why an earlier write failed */
  push(write: () => Promise<void>): void {
    this.requireSound();
    // Nothing is written behind a gap.
    const unlessFailed = (): Promise<void> => (this.failed === undefined ? write() : Promise.resolve());
    this.tail = this.tail.then(unlessFailed).catch((error: unknown) => {
      this.failed ??= { error };
    });
  }

  /** Resolves when everything asked for so far is written. @throws LabError why a write failed */
  async drained(): Promise<void> {
    await this.tail;
    this.requireSound();
  }

  private requireSound(): void {
    if (this.failed !== undefined) throw toLabError(this.failed.error);
  }
}
