import { basename, join } from 'node:path';
import { fileStamp } from '../../files/fileStamp';
import { readRequests, requestsFile } from '../../files/searchRequests';
import { toLabError } from '../../shared/errors';
import type { ToWebview } from '../../shared/webviewProtocol';
import type { Log } from '../log';

/** The file is looked at this often: whoever asks, asks there. */
const everyMs = 1000;

/** Keeps one page told of whether a pause is asked of a run's search: the journal says so only once the search has come to it. */
export class PauseFeed {
  private told = false;
  private seen: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  /** @param run absolute path of the run's folder */
  constructor(
    private readonly run: string,
    private readonly post: (message: ToWebview) => void,
    private readonly log: Log,
  ) {}

  start(): void {
    void this.look().then(() => {
      if (!this.over) this.timer = setTimeout(() => this.start(), everyMs);
    });
  }

  /** Looks at once. Never throws. */
  async look(): Promise<void> {
    const stamp = await fileStamp(join(this.run, requestsFile));
    if (stamp === this.seen) return;
    this.seen = stamp;
    try {
      const { paused } = await readRequests(this.run);
      if (this.over || paused === this.told) return;
      this.told = paused;
      this.post({ type: 'asked', run: basename(this.run), pause: paused });
    } catch (thrown) {
      this.log.error(toLabError(thrown).message);
    }
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.timer);
  }
}
