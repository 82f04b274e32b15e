import { join } from 'node:path';
import { fileStamp } from '../../files/fileStamp';
import { readJsonAs } from '../../files/json';
import { runFiles } from '../../files/runs';
import { runScoresSchema, type ScoreFile } from '../../shared/scoreFile';
import type { Module } from '../../shared/words';

/** Files of scores that are kept: those of large models have millions of numbers. */
const most = 3;

/** The scores of runs, read again only where their file changed. */
export class RunScores {
  private readonly known = new Map<
    string,
    { readonly stamp: string; readonly scores: Promise<ScoreFile[]> }
  >();

  /**
   * The scores of a run, one file a task; none where it has none, or where they are of other modules.
   *
   * @param run absolute path of its folder
   */
  async of(run: string, modules: readonly Module[]): Promise<readonly ScoreFile[]> {
    const file = join(run, runFiles.scores);
    const stamp = await fileStamp(file);
    if (stamp === undefined) return [];
    const before = this.known.get(run);
    const scores = before?.stamp === stamp ? before.scores : readScores(file);
    this.known.delete(run);
    this.known.set(run, { stamp, scores });
    for (const oldest of [...this.known.keys()].slice(0, -most)) this.known.delete(oldest);
    const read = await scores;
    const isOfModules = read.every(
      (task) =>
        task.modules.length === modules.length &&
        task.modules.every(({ path }, index) => path === modules[index]?.path),
    );
    return isOfModules ? read : [];
  }
}

/** A file that cannot be read is none: the page says what is wrong with the run. */
const readScores = (file: string): Promise<ScoreFile[]> =>
  readJsonAs(file, runScoresSchema, {
    what: 'The score file',
    missing: 'run-not-found',
    invalid: 'scores-invalid',
    next: 'Score the layers again.',
  }).then(
    ({ scores }) => scores,
    () => [],
  );
