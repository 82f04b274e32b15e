import { setTimeout as sleep } from 'node:timers/promises';
import { appendRequest, readRequests, type AskedTrial } from '../../files/searchRequests';
import { refusalOf } from '../../search/byHand';
import type { Study } from '../../search/study';
import { cancelled } from '../../shared/errors';

/** What is told while it listens. */
export interface Hearing {
  /** It is paused now, or goes on. */
  readonly paused: (paused: boolean) => Promise<void>;
  /** Why something that was asked for is not done. */
  readonly refused: (words: string) => Promise<void>;
}

/** Listens between two trials to what is asked of a search in its run's `requests.jsonl`. */
export class Listener {
  /**
   * @param run absolute path of the run's folder
   * @param lookEvery milliseconds between two looks while it is paused
   */
  constructor(
    private readonly run: string,
    private readonly hearing: Hearing,
    private readonly signal: AbortSignal,
    private readonly lookEvery = 1000,
  ) {}

  /**
   * A search that was stopped while it was paused goes on where it is resumed: whoever resumes it wants it to go on, and would
   * wait in vain. The file says so, for all who look.
   */
  static async resume(run: string): Promise<void> {
    if ((await readRequests(run)).paused) await appendRequest(run, { type: 'go-on' });
  }

  /**
   * Returns at once, or where a pause is asked for, once it is over.
   * @returns the trials that are asked for and can be tried; what cannot is answered
   * @throws LabError cancelled where the search is stopped meanwhile
   */
  async listen(study: Study): Promise<AskedTrial[]> {
    let requests = await readRequests(this.run);
    if (requests.paused) {
      await this.hearing.paused(true);
      for (; requests.paused; requests = await readRequests(this.run)) await this.rest();
      await this.hearing.paused(false);
    }
    const asked: AskedTrial[] = [];
    for (const one of requests.waiting) if (await this.accepts(one, study, asked)) asked.push(one);
    return asked;
  }

  /** Says that what was asked for is in the study's journal now. */
  async took(requests: readonly AskedTrial[]): Promise<void> {
    for (const { request } of requests) await appendRequest(this.run, { type: 'answered', request });
  }

  private async accepts(one: AskedTrial, study: Study, others: readonly AskedTrial[]): Promise<boolean> {
    const { request, point } = one;
    // Killed between the study's journal and the answer.
    if (study.trials.some((trial) => trial.request === request)) {
      await this.took([one]);
      return false;
    }
    const refusal = refusalOf(study, point, others);
    if (refusal === undefined) return true;
    await appendRequest(this.run, { type: 'answered', request, refusal: refusal.message });
    await this.hearing.refused(refusal.message);
    return false;
  }

  private async rest(): Promise<void> {
    await sleep(this.lookEvery, undefined, { signal: this.signal }).catch(() => undefined);
    if (this.signal.aborted) throw cancelled();
  }
}
