import type { SearchOutlook } from '../../../src/shared/searchOutlook';
import type { RunState } from '../../../src/shared/runState';
import { pointWords } from '../../../src/shared/searchWords';

/** Why a trial was tried, and what comes next. */
export interface WhyView {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly next: readonly string[];
}

/** The trial whose reasons are shown: the chosen one, else the newest. */
export function explainedTrial(
  { searched }: Pick<RunState, 'searched'>,
  chosen: number | undefined,
): number | undefined {
  const found = searched.find(({ number }) => number === chosen);
  return (found ?? searched.filter(({ state }) => state === 'running').at(-1) ?? searched.at(-1))?.number;
}

/** @returns undefined before there is a trial */
export function whyView(
  outlook: SearchOutlook,
  run: Pick<RunState, 'searched'>,
  chosen: number | undefined,
): WhyView | undefined {
  const number = explainedTrial(run, chosen);
  const trial = run.searched.find((one) => one.number === number);
  if (trial === undefined) return undefined;
  const why = outlook.trials[trial.number]?.why ?? [];
  return {
    title: `Why trial ${trial.number + 1}: ${pointWords(trial.point)}`,
    sentences: why.length > 0 ? why : ['The reasons are being worked out …'],
    next: outlook.next,
  };
}
