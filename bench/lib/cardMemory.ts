import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const query = ['--query-gpu=index,memory.used', '--format=csv,noheader,nounits'];

/**
 * The memory that is used of NVIDIA's cards, read by nvidia-smi all the while: of whole cards, since a container is not told
 * whose it is. What was used before counts as others' and is taken off; nobody else may begin or end meanwhile.
 */
export class CardMemory {
  private readonly now = new Map<string, number>();
  private readonly gone: Promise<unknown>;
  private before = 0;
  private most = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('error', () => undefined);
    this.gone = once(child, 'close').catch(() => undefined);
  }

  /** @returns with what was used before known */
  static async start(everyMs = 50): Promise<CardMemory> {
    const child = spawn('nvidia-smi', [...query, '-lms', String(everyMs)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const watch = new CardMemory(child);
    const settled = new Promise<void>((resolve) => {
      let lines = 0;
      createInterface({ input: child.stdout }).on('line', (line) => {
        watch.note(line);
        // A second line of the first card: all have been heard.
        if (++lines > watch.now.size) resolve();
      });
    });
    await Promise.race([settled, watch.gone]);
    watch.before = watch.most = watch.used;
    return watch;
  }

  /** Bytes at most since the start, without what was used before; undefined where the driver does not tell. */
  get peakBytes(): number | undefined {
    return this.now.size === 0 ? undefined : (this.most - this.before) * 2 ** 20;
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.gone;
  }

  private note(line: string): void {
    const [, card, mebibytes] = /^(\d+), (\d+)$/.exec(line.trim()) ?? [];
    if (card === undefined) return;
    this.now.set(card, Number(mebibytes));
    this.most = Math.max(this.most, this.used);
  }

  private get used(): number {
    return [...this.now.values()].reduce((sum, mebibytes) => sum + mebibytes, 0);
  }
}
