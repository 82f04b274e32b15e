import type { Experiment } from '../configs/experiment/experiment';
import { executorOf } from '../shared/executorSettings';
import { noPlan } from '../planning/commitFacts';
import { asBegun, begunJudgement } from './judge/begun';
import { Judging } from './judge/judging';
import { requireSeeds } from './judge/requireSeeds';
import type { RunWriter } from './runWriter';
import { trainingRun, type TrainOptions } from './trainingRun';

/**
 * Trains an experiment's plan and its controls over the same seeds, and says which is better, into a run folder: journal,
 * `outcomes.jsonl`, `verdict.json`, reports.
 *
 * @throws LabError plan-missing, and what ended the run; the run's folder says the same
 */
export async function judgeExperiment(
  experiment: Experiment,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<RunWriter> {
  const { run, device, resume = false, saveEvery, plan = experiment.plan } = options;
  if (plan === undefined && !resume) throw noPlan(experiment.file);
  if (!resume) requireSeeds(options.seeds ?? experiment.train.seeds);
  return trainingRun(
    {
      job: 'judge',
      work: async (prepared, writer, _events, pieces) => {
        const { seeds, plan: begun } = prepared.work;
        if (begun === undefined) throw noPlan(experiment.file);
        const before = await begunJudgement(run);
        const asked = { ...experiment, train: { ...experiment.train, seeds: [...seeds] } };
        const given = before === undefined ? asked : asBegun(asked, before);
        const settings = { run, device, resume, saveEvery, pieces };
        await Judging.run(...([given, begun, prepared, writer, settings, signal] as const));
      },
    },
    experiment,
    { executor: executorOf(experiment), ...options },
    signal,
  );
}
