import type { MethodChoice } from '../../shared/draft';
import { allocationMethods, layerEstimators, type AllocationMethod } from '../../shared/words';
import { needsScores } from '../allocate';
import type { DraftFrame } from './frame';

/** Every method to allocate by, each with the reason why it cannot be asked for in this frame where it cannot. */
export const methodChoices = (frame: DraftFrame): MethodChoice[] =>
  allocationMethods.map((method) => ({ method, reason: reasonAgainst(method, frame) }));

/** Why a method cannot be asked for; undefined where it can. */
export function reasonAgainst(method: AllocationMethod, { design, scores }: DraftFrame): string | undefined {
  if (design.method === 'lily' && method !== 'lily')
    return 'The experiment trains Lily, whose layers share tensors; the other methods share none.';
  if (method === 'lily')
    return design.method === 'lily'
      ? undefined
      : `The experiment trains ${design.method}, which shares no tensors.`;
  if (method === 'eva') {
    const explained =
      scores.length > 0 && scores.every(({ modules }) => modules.every((one) => one.components));
    return explained ? undefined : 'It needs scores with the estimator eva.';
  }
  if (!needsScores(method)) return undefined;
  if (scores.length === 0) return 'There are no scores. Score the layers first.';
  if (scores.every(isZero))
    return 'Every score is 0. Score the layers again, with more samples or other data.';
  if (method !== 'lora-smoe' || scores.length > 1) return undefined;
  const [only] = scores;
  return only?.modules.every(({ perSample }) => perSample)
    ? undefined
    : 'Its vote needs several tasks, or the scores of single samples.';
}

const isZero = ({ modules, layers, estimator }: DraftFrame['scores'][number]): boolean =>
  modules.every(({ score }) => score <= 0) ||
  (layerEstimators.includes(estimator) && layers.every(({ score }) => score <= 0));
