import type { RunWriter } from '../engine/runWriter';
import { drawingWriter, Progress } from './progress';
import { canResume, readManifest } from '../files/runs';
import { LabError } from '../shared/errors';
import { offerResume } from './terminal';

/**
 * A job with its progress on standard error; where it is stopped and can go on, the command for that behind it.
 *
 * @param run absolute path of its folder
 * @param command what it goes on with, before `--resume`
 * @param work the job, given what it is to call after each write
 * @throws LabError `run-not-resumable` where the run that shall go on has come to its end
 */
export async function drawnRun(
  run: string,
  command: string,
  resumes: boolean,
  work: (told: (writer: RunWriter) => void) => Promise<RunWriter>,
): Promise<RunWriter> {
  if (resumes && (await readManifest(run)).state === 'done' && !(await canResume(run))) {
    throw new LabError(
      'run-not-resumable',
      `The run ${run} has come to its end.`,
      `Leave --resume out to begin another: ${command}.`,
    );
  }
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
