import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runFiles } from '../../files/runs';
import { readRequests } from '../../files/searchRequests';
import { readStudy } from '../../search/journal';
import { outlookOf } from '../../search/outlook';
import { whyTrial } from '../../search/whyWords';
import type { SearchOutlook } from '../../shared/searchOutlook';

type Whys = (readonly string[])[];

/** Runs whose reasons are kept. */
const mostKept = 16;
const kept = new Map<string, Whys>();

/** The reasons of a run's trials as far as they are known: those looked at last are kept, and outlast the page that is hidden. */
function whysOf(run: string): Whys {
  const whys = kept.get(run) ?? [];
  kept.delete(run);
  kept.set(run, whys);
  for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
  return whys;
}

/** What is told of one run's search. Why a trial was tried takes a fit and never changes, so it is kept. */
export class Outlooks {
  private readonly whys: Whys;

  /** @param run absolute path of the run's folder */
  constructor(private readonly run: string) {
    this.whys = whysOf(run);
  }

  /**
   * Reads the study and tells of it: at once with what is known of the reasons, and again when the rest is worked out, one
   * reason a turn of the event loop, since the editor must not wait for them.
   *
   * @throws LabError run-not-found before the search's first line, journal-invalid
   */
  async read(tell: (outlook: SearchOutlook) => void): Promise<void> {
    const [study, requests] = await Promise.all([
      readStudy(join(this.run, runFiles.trials)),
      readRequests(this.run),
    ]);
    const { whys } = this;
    // A file that was put back to an earlier state has fewer.
    whys.length = Math.min(whys.length, study.trials.length);
    const outlook = outlookOf(study, requests, whys);
    tell(outlook);
    const unknown = study.trials.filter(({ number }) => whys[number] === undefined);
    if (unknown.length === 0) return;
    for (const trial of unknown.reverse()) {
      await nextTurn();
      whys[trial.number] = whyTrial(study, trial);
    }
    await nextTurn();
    tell({
      ...outlook,
      trials: outlook.trials.map((trial, number) => ({ ...trial, why: whys[number] ?? [] })),
    });
  }
}
