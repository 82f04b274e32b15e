import { isDeepStrictEqual } from 'node:util';
import { Journal } from '../files/journal';
import { readJournal } from '../files/readJournal';
import { LabError } from '../shared/errors';
import { applyStudyEvent, newStudy, replayStudy, type Study } from './study';
import {
  settingsSchema,
  studyEventSchema,
  type StudyEvent,
  type StudySettings,
  type UnstampedStudyEvent,
} from './studyEvents';

/** A study that writes first and tells after: `trials.jsonl` is the truth, and `study` what replaying it gives. */
export class StudyJournal {
  private readonly journal: Journal;
  /** The state after the last event recorded. */
  study: Study;

  private constructor(journal: Journal, study: Study) {
    this.journal = journal;
    this.study = study;
  }

  /**
   * Begins a study, or goes on with the one in the file; a half-written last line is dropped. The file's folder must exist.
   *
   * @throws LabError `run-not-resumable` where the file is of a study with other settings, `journal-invalid`
   */
  static async open(path: string, wanted: StudySettings): Promise<StudyJournal> {
    const settings = settingsSchema.parse(wanted);
    const journal = await Journal.open(path);
    try {
      const events = await readJournal(path, decodeStudyEvent);
      if (events.length === 0) {
        await journal.append({ ...stamp(), type: 'study', version: 1, settings } satisfies StudyEvent);
        return new StudyJournal(journal, newStudy(settings));
      }
      const study = replayStudy(events);
      if (!isDeepStrictEqual(study.settings, settings)) throw otherSettings(path);
      return new StudyJournal(journal, study);
    } catch (thrown) {
      await journal.close();
      throw thrown;
    }
  }

  /**
   * Appends one event; returns once it is in the file. Calls made without waiting keep their order.
   *
   * @throws LabError `journal-invalid` where the event cannot happen now; nothing is written then
   */
  async record(event: UnstampedStudyEvent): Promise<void> {
    const stamped: StudyEvent = { ...stamp(), ...event };
    this.study = applyStudyEvent(this.study, stamped);
    await this.journal.append(stamped);
  }

  /** Returns once all of it is on the disk itself, where another machine sees it. */
  flush(): Promise<void> {
    return this.journal.flush();
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

/** The study in a file, for those who only look. @throws LabError `run-not-found`, `journal-invalid` */
export const readStudy = async (path: string): Promise<Study> =>
  replayStudy(await readJournal(path, decodeStudyEvent));

/** @throws ZodError where it is none */
export const decodeStudyEvent = (value: unknown): StudyEvent => studyEventSchema.parse(value);

const stamp = (): { at: string } => ({ at: new Date().toISOString() });

const otherSettings = (path: string): LabError =>
  new LabError(
    'run-not-resumable',
    `${path} is the journal of a search with other settings.`,
    'Start a new search, or change the settings back.',
  );
