import type { AdapterSettings } from '../description';
import type { Field } from '../fields';
import type { ResolvedAdapter } from '../resolve';
import { counted } from '../../../shared/format';
import { rangeWords, type Words } from './words';

type FieldWords = Partial<Record<Field, () => Words | undefined>>;

/**
 * AdaLoRA's schedule (PEFT 0.21, `RankAllocator.budget_schedule`): the full budget up to step `tinit`, the target's from
 * `total_step - tfinal` on, and a cubic between, cut each `deltaT` steps.
 */
export function adaLoraWords({ adalora, rank }: AdapterSettings): FieldWords {
  if (!adalora) return {};
  const { tinit, tfinal, totalStep, deltaT, targetRank } = adalora;
  const end = totalStep === undefined ? undefined : totalStep - tfinal;
  const phase =
    end === undefined
      ? 'no budget phase without total_step'
      : end <= tinit
        ? 'no step is left for pruning'
        : `budget phase: steps ${tinit}–${end}`;
  const prunes = end === undefined || end <= tinit ? 0 : Math.floor((end - tinit) / Math.max(1, deltaT));
  return {
    targetRank: () => ({ text: `→ average rank ${targetRank}, from ${rank}` }),
    tinit: () => ({ text: phase }),
    tfinal: () =>
      end === undefined || end <= tinit ? undefined : { text: `ranks stay from step ${end} on` },
    deltaT: () => (prunes === 0 ? undefined : { text: `prunes ${counted(prunes, 'time')}` }),
    totalStep: () => (end === undefined ? undefined : { text: `ends at average rank ${targetRank}` }),
  };
}

/** `7 A + 2 B per target` */
export function lilyWords({ sharing }: ResolvedAdapter): FieldWords {
  if (sharing.length === 0) return {};
  const of = (what: (group: (typeof sharing)[number]) => number): string => rangeWords(sharing.map(what));
  const isShared = sharing.some(({ members }) => members.length > 1);
  const apart = { text: 'nothing is shared: one module a target' };
  return {
    strideA: () => (isShared ? { text: `${of(({ a }) => a)} A + ${of(({ b }) => b)} B per target` } : apart),
    numB: () =>
      isShared ? { text: `shared by ${of(({ members }) => members.length)} modules a target` } : apart,
  };
}
