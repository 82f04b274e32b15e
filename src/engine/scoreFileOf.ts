import type { Uncertainty } from '../planning/bootstrap';
import { defaultPrompt } from '../shared/taskSource';
import type { Certainty } from '../shared/certainty';
import type { ScoreFile } from '../shared/scoreFile';
import type { Device } from '../shared/words';
import type { Prepared } from './prepare';
import type { ScoreRequest } from './request';
import type { TaskScores } from './taskScores';

/** One task's scores as they are written (shared/scoreFile.ts). */
export function scoreFileOf(
  request: ScoreRequest,
  { model, modelHash, tasks }: Prepared,
  on: { readonly device: Device; readonly tokens: number },
  task: number,
  scores: Pick<TaskScores, 'moduleScores' | 'layerScores' | 'stability'> & {
    /** Absent where no loss was computed. */
    readonly meanLoss?: number;
    readonly uncertainty?: () => Uncertainty | undefined;
    /** Samples that were scored; all where absent. */
    readonly samples?: number;
    /** Absent where all samples are scored. */
    readonly certainty?: Certainty | undefined;
  },
): ScoreFile {
  const prepared = tasks[task];
  if (prepared === undefined) throw new Error(`There is no task ${task}.`);
  const { source, dataHash, samples } = prepared;
  const language = model.spec.head.kind === 'language';
  const byPrompt = source.kind === 'classification' && language;
  const intervals = scores.uncertainty?.()?.intervals;
  const prompt = source.prompt ?? (byPrompt ? defaultPrompt : undefined);
  return {
    version: 1,
    model: request.modelName,
    modelHash,
    task: source.name,
    dataHash,
    estimator: request.estimator,
    labels: request.labels,
    samples: scores.samples ?? samples.length,
    ...(scores.certainty === undefined ? {} : { untilSure: scores.certainty }),
    kind: source.kind,
    ...(scores.meanLoss === undefined
      ? {}
      : {
          loss: byPrompt ? 'label-text' : language ? 'next-token' : 'class-head',
          meanLoss: scores.meanLoss,
        }),
    ...(language && prompt !== undefined ? { prompt } : {}),
    seed: request.seed,
    maxLength: Math.min(request.maxLength, model.spec.maxLength),
    device: on.device,
    batchTokens: on.tokens,
    modules: scores.moduleScores(request.perSample),
    layers: scores.layerScores().map((row, index) => {
      const interval = intervals?.[index];
      return interval === undefined ? row : { ...row, interval: [...interval] };
    }),
    stability: scores.stability(),
  };
}
