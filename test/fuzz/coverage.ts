import { Session } from 'node:inspector';
import type { FuzzInput, Seed } from './target';

/** So many inputs are looked at together: asking V8 takes some milliseconds, and most inputs reach nothing new. */
const batch = 50;
/** So many inputs are kept beside the seeds. */
const mostKept = 300;

interface Script {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
  }[];
}

/**
 * Keeps the inputs that reach a part of our sources which none before them did, by V8's precise coverage of blocks: mutations of
 * those go further than mutations of the seeds.
 */
export class Coverage {
  private readonly session = new Session();
  private readonly reached = new Set<string>();
  private recent: { readonly seed: Seed; readonly input: FuzzInput }[] = [];
  readonly kept: Seed[] = [];

  constructor() {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Told of every input that was read. @param again reads one once more, whatever it gives */
  async tell(seed: Seed, input: FuzzInput, again: (input: FuzzInput) => Promise<unknown>): Promise<void> {
    this.recent.push({ seed, input });
    if (this.recent.length < batch) return;
    const inputs = this.recent;
    this.recent = [];
    const blocks = this.blocks().filter((block) => !this.reached.has(block));
    if (blocks.length === 0 || this.kept.length >= mostKept) return;
    for (const one of inputs) {
      await again(one.input);
      const fresh = this.blocks().filter((block) => !this.reached.has(block));
      for (const block of fresh) this.reached.add(block);
      if (fresh.length > 0) this.kept.push({ name: `${one.seed.name}, mutated`, input: one.input });
    }
    // What came of reading several in turn, and not of one.
    for (const block of blocks) this.reached.add(block);
  }

  /** Parts of our sources that were run since it was last asked. */
  private blocks(): string[] {
    let scripts: readonly Script[] = [];
    this.session.post('Profiler.takePreciseCoverage', (error, found) => {
      if (!error) scripts = found.result;
    });
    return scripts
      .filter(({ url }) => /[\\/]src[\\/]/.test(url) && !url.includes('node_modules'))
      .flatMap(({ url, functions }) =>
        functions.flatMap(({ ranges }) =>
          ranges.filter(({ count }) => count > 0).map(({ startOffset }) => `${url} ${startOffset}`),
        ),
      );
  }
}
