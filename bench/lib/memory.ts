import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of a process and all its descendants. */
export interface MemoryPeak {
  /**
   * Largest sum of resident sizes seen at one moment. Pages that processes share, such as libraries, count once for
   * each: too much by some tens of megabytes a process.
   */
  readonly rssBytes: number;
  /** The same with each page divided among those who share it; sampled more rarely, since the kernel walks all pages. */
  readonly pssBytes: number;
  /** Sum of each process's own peak, as the kernel counted it: what no moment exceeded, however short. */
  readonly sumOfPeaksBytes: number;
  readonly samples: number;
}

/** Reads /proc. The reader must leave its event loop free: start what is measured with `spawn`, not `execFileSync`. */
export class MemoryWatch {
  private readonly timer: NodeJS.Timeout;
  private readonly peaks = new Map<number, number>();
  private rss = 0;
  private pss = 0;
  private samples = 0;

  /**
   * @param pid the process at the root; its children may come and go
   * @param everyMs between samples of the resident size
   * @param pssEvery samples between two of the proportional size; the kernel walks every page for it
   * and holds the process's memory lock meanwhile
   */
  constructor(
    private readonly pid: number,
    everyMs = 50,
    private readonly pssEvery = 10,
  ) {
    if (process.platform !== 'linux')
      throw new Error('Memory is measured on Linux only: it is read from /proc.');
    this.sample();
    this.timer = setInterval(() => this.sample(), everyMs);
    this.timer.unref();
  }

  /** The peak since the start or the last call, and counts anew: for a process that answers several requests. */
  take(): MemoryPeak {
    this.sample(true);
    const peak: MemoryPeak = {
      rssBytes: this.rss,
      pssBytes: this.pss,
      sumOfPeaksBytes: [...this.peaks.values()].reduce((sum, bytes) => sum + bytes, 0),
      samples: this.samples,
    };
    this.rss = this.pss = this.samples = 0;
    this.peaks.clear();
    return peak;
  }

  stop(): MemoryPeak {
    clearInterval(this.timer);
    return this.take();
  }

  private sample(last = false): void {
    let rss = 0;
    let pss = 0;
    const withPss = last || this.samples % this.pssEvery === 0;
    for (const pid of family(this.pid)) {
      const status = read(`/proc/${pid}/status`);
      rss += kilobytes(status, 'VmRSS');
      const peak = kilobytes(status, 'VmHWM');
      if (peak > (this.peaks.get(pid) ?? 0)) this.peaks.set(pid, peak);
      if (withPss) pss += kilobytes(read(`/proc/${pid}/smaps_rollup`), 'Pss');
    }
    this.rss = Math.max(this.rss, rss);
    this.pss = Math.max(this.pss, pss);
    if (rss > 0) this.samples++;
  }
}

/** The process and all its descendants that are alive. */
function family(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The command's name, in parentheses, may hold blanks and parentheses.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const siblings = children.get(parent);
    if (siblings) siblings.push(Number(name));
    else children.set(parent, [Number(name)]);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

const kilobytes = (text: string, key: string): number =>
  Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;

/** A process may end between two reads. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
