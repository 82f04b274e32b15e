import type { RunMessage } from '../../../src/shared/webviewProtocol';

/** What reached a page. */
export interface Taken {
  readonly messages: number;
  readonly events: number;
  readonly mostEvents: number;
  readonly mostBytes: number;
  /** Largest number of messages that were on their way at one time. */
  readonly mostWaiting: number;
}

/** A page that works on each message for a while, one after the other, as VS Code's end of the channel does. */
export class SlowPage {
  taken: Taken = { messages: 0, events: 0, mostEvents: 0, mostBytes: 0, mostWaiting: 0 };
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly workMs: number) {}

  /** Settles when the page has taken the message. */
  readonly post = (message: RunMessage): Promise<boolean> => {
    this.waiting++;
    const { messages, events, mostEvents, mostBytes, mostWaiting } = this.taken;
    const { length } = message.events;
    this.taken = {
      ...{ messages: messages + 1, events: events + length, mostEvents: Math.max(mostEvents, length) },
      mostBytes: Math.max(mostBytes, JSON.stringify(message).length),
      mostWaiting: Math.max(mostWaiting, this.waiting),
    };
    const work = this.last.then(() => new Promise((resolve) => setTimeout(resolve, this.workMs)));
    this.last = work;
    return work.then(() => {
      this.waiting--;
      return true;
    });
  };
}
