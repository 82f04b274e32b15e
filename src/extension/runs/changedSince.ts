import { stat } from 'node:fs/promises';
import type { Experiment } from '../../configs/experiment/experiment';
import { hashFile, hashModelFolder } from '../../files/hash';
import { readModelFolder } from '../../files/modelFolder';
import type { RunScores } from '../../shared/scoreFile';

/**
 * What an experiment's scores were made from and is different now, in words for a list: "the model", "the data of spam".
 * The experiment's own file is not compared as a whole, since writing a plan into it changes it.
 *
 * @param scoredAt when the run began; data files not touched since are taken as the same without reading them
 */
export async function changedSince(
  experiment: Experiment,
  { scores }: RunScores,
  scoredAt: Date,
): Promise<string[]> {
  const changed: string[] = [];
  const [first] = scores;
  if (first && (await hashOfModel(experiment.model)) !== first.modelHash) changed.push('the model');
  const names = experiment.tasks.map(({ name }) => name);
  const scored = scores.map(({ task }) => task);
  if (names.join('\n') !== scored.join('\n')) changed.push('the list of tasks');
  for (const { name, train } of experiment.tasks) {
    const before = scores.find(({ task }) => task === name);
    if (before && (await isTouched(train, scoredAt)) && (await hashOfData(train)) !== before.dataHash) {
      changed.push(`the data of ${name}`);
    }
  }
  if (first && first.estimator !== experiment.score.estimator) changed.push('the estimator');
  return changed;
}

/** A model that is gone or broken is a changed one. */
const hashOfModel = (folder: string): Promise<string | undefined> =>
  readModelFolder(folder)
    .then(hashModelFolder)
    .catch(() => undefined);

const hashOfData = (file: string): Promise<string | undefined> => hashFile(file).catch(() => undefined);

const isTouched = (file: string, since: Date): Promise<boolean> =>
  stat(file).then(
    ({ mtime }) => mtime > since,
    () => true,
  );
