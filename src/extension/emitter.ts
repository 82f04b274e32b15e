/** What a subscription gives back; the form of VS Code's `Disposable`. */
export interface Subscription {
  dispose(): void;
}

/** A subscription to something that happens; the form of VS Code's events, without VS Code. */
export type Listen<T> = (listener: (value: T) => void) => Subscription;

/** Tells listeners. Rooms of the extension that run without VS Code use it, so that they can be tested without it. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event: Listen<T> = (listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}
