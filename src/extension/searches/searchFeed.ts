import { basename, join } from 'node:path';
import { fileStamp } from '../../files/fileStamp';
import { runFiles } from '../../files/runs';
import { toLabError } from '../../shared/errors';
import type { ToWebview } from '../../shared/webviewProtocol';
import type { Log } from '../log';
import { Outlooks } from './outlooks';

/** The search's files are looked at this often. */
const everyMs = 1000;

/** Keeps one page told of what a run's search knows and is asked, whoever runs the search and whoever asks. */
export class SearchFeed {
  private seen = '';
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private over = false;

  private readonly outlooks: Outlooks;

  /** @param run absolute path of the run's folder */
  constructor(
    private readonly run: string,
    private readonly post: (message: ToWebview) => void,
    private readonly log: Log,
  ) {
    this.outlooks = new Outlooks(run);
  }

  start(): void {
    void this.look().then(() => {
      if (!this.over) this.timer = setTimeout(() => this.start(), everyMs);
    });
  }

  /** Looks at once; calls that overlap take turns. */
  look(): Promise<void> {
    this.looking = this.looking.then(() => this.lookOnce()).catch((thrown: unknown) => this.fail(thrown));
    return this.looking;
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private async lookOnce(): Promise<void> {
    const files = [runFiles.trials, runFiles.requests].map((name) => join(this.run, name));
    const stamps = await Promise.all(files.map(fileStamp));
    const [trials] = stamps;
    if (this.over || trials === undefined || stamps.join() === this.seen) return;
    this.seen = stamps.join();
    await this.outlooks.read((outlook) => {
      if (!this.over) this.post({ type: 'outlook', run: basename(this.run), outlook });
    });
  }

  /** A journal of another version is no reason to show nothing of the run. */
  private fail(thrown: unknown): void {
    this.log.error(toLabError(thrown).message);
  }
}
