import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { isFile } from '../../files/isFile';
import { runFiles } from '../../files/runs';
import { armNames } from '../../shared/verdict';
import { removeCheckpoint } from '../training/checkpoint';
import { trialNameOf } from './armTrainer';
import { readSettings, type JudgementSettings } from './outcomes';

/** What a run's judgement was begun with; undefined where it has begun none. @throws LabError journal-invalid */
export async function begunJudgement(run: string): Promise<JudgementSettings | undefined> {
  const file = path.join(run, runFiles.outcomes);
  return (await isFile(file)) ? readSettings(file) : undefined;
}

/** The experiment as its judgement was begun: what it would be judged by now is another question, asked after the answer. */
export const asBegun = (
  experiment: Experiment,
  { adapter, controls, margin, seeds }: JudgementSettings,
): Experiment => ({
  ...experiment,
  adapter: { ...experiment.adapter, ...adapter },
  train: { ...experiment.train, seeds: [...seeds] },
  judge: { controls: [...controls], margin },
});

/**
 * Keeps what was judged before under another name: a search that went on has found another plan. Checkpoints of its arms go first: an
 * arm of the other plan has the same name, and must not go on from them.
 */
export async function setAside(run: string, { seeds }: JudgementSettings): Promise<void> {
  for (const seed of seeds) {
    for (const arm of armNames) await removeCheckpoint(run, trialNameOf({ arm, seed }));
  }
  const file = path.join(run, runFiles.outcomes);
  for (let count = 1; ; count++) {
    const kept = file.replace(/\.jsonl$/, `-${count}.jsonl`);
    if (await isFile(kept)) continue;
    await rename(file, kept);
    return;
  }
}
