import type { RunWriter } from '../engine/runWriter';
import { drawingWriter, Progress } from './progress';
import { offerResume } from './terminal';

/**
 * A job with its progress on standard error; where it is stopped and can go on, the command for that behind it.
 *
 * @param run absolute path of its folder
 * @param command what it goes on with, before `--resume`
 * @param work the job, given what it is to call after each write
 */
export async function drawnRun(
  run: string,
  command: string,
  resumes: boolean,
  work: (told: (writer: RunWriter) => void) => Promise<RunWriter>,
): Promise<RunWriter> {
  const progress = new Progress();
  try {
    return await work(drawingWriter(progress, resumes));
  } catch (thrown) {
    progress.end();
    await offerResume(run, command);
    throw thrown;
  } finally {
    progress.end();
  }
}
