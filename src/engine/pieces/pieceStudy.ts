import { Journal } from '../../files/journal';
import { decodeStudyEvent, readStudy } from '../../search/journal';
import { applyStudyEvent, isFinished, type Study } from '../../search/study';
import type { StudyEvent, UnstampedStudyEvent } from '../../search/studyEvents';
import type { StudyLog } from '../search/trialTrainer';
import { attemptsOf, linesFile, linesOf } from './pieceFolder';

/** Whether a study that was told of a trial twice, by a process that died and by one that took over, hears something new. */
export function isNews(study: Study, event: StudyEvent): boolean {
  if (!('trial' in event)) return false;
  const trial = study.trials[event.trial];
  if (trial === undefined || isFinished(trial)) return false;
  switch (event.type) {
    case 'running':
      return trial.state === 'proposed';
    case 'measured':
      return !trial.curve.some(
        ({ seed, step, value }) =>
          seed === event.seed && step === event.step && Object.is(value, event.value),
      );
    case 'told':
      return !trial.values.some(({ seed }) => seed === event.seed);
    default:
      return true;
  }
}

/** The study of a run as one piece sees it: as it stood, with what the piece has told in all its attempts. */
export class PieceStudy implements StudyLog {
  private constructor(
    public study: Study,
    private readonly journal: Journal,
  ) {}

  /**
   * @param trials absolute path of the run's `trials.jsonl`
   * @throws LabError run-not-found, journal-invalid
   */
  static async open(trials: string, piece: string, attempt: string): Promise<PieceStudy> {
    let study = await readStudy(trials);
    for (const before of await attemptsOf(piece)) {
      for (const event of (await linesOf(before)).map(decodeStudyEvent))
        if (isNews(study, event)) study = applyStudyEvent(study, event);
    }
    return new PieceStudy(study, await Journal.open(linesFile(attempt)));
  }

  async record(event: UnstampedStudyEvent): Promise<void> {
    const stamped: StudyEvent = { at: new Date().toISOString(), ...event };
    this.study = applyStudyEvent(this.study, stamped);
    await this.journal.append(stamped);
    // A checkpoint, which is flushed, must not be ahead of it.
    await this.journal.flush();
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}
