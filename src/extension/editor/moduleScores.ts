import { combineTasks } from '../../shared/combineScores';
import { formatScore, formatShare } from '../../shared/format';
import type { RunState, TaskState } from '../../shared/runState';

/** One module's scores, ready to be shown. */
export interface ModuleScores {
  /** Share of the model's whole score over all tasks, 0 to 1, with its standard error. */
  readonly share: number;
  readonly shareError: number;
  readonly tasks: readonly {
    readonly name: string;
    readonly score: number;
    readonly standardError: number;
    readonly share: number;
  }[];
}

/** The scores of a run by module path; empty where no task was scored yet. */
export function moduleScores({ modules, tasks }: RunState): Map<string, ModuleScores> {
  const scored = tasks.filter(({ scores }) => scores.length === modules.length);
  if (scored.length === 0) return new Map();
  const shares = combineTasks(scored.map(({ scores }) => scores));
  const totals = scored.map(({ scores }) => scores.reduce((sum, score) => sum + score, 0));
  return new Map(
    modules.map(({ path }, index) => {
      const parts = scored.map((task, position) => part(task, index, totals[position] ?? 0));
      // Tasks are independent samples of data; the error of the total is small beside that of one module.
      const variance = parts.reduce((sum, { shareError }) => sum + shareError ** 2, 0);
      const shareError = Math.sqrt(variance) / parts.length;
      return [path, { share: shares[index] ?? 0, shareError, tasks: parts }];
    }),
  );
}

function part(
  { name, scores, standardErrors }: TaskState,
  index: number,
  total: number,
): ModuleScores['tasks'][number] & { shareError: number } {
  const score = scores[index] ?? 0;
  const standardError = standardErrors[index] ?? 0;
  const perTotal = (value: number): number => (total > 0 ? value / total : 0);
  return { name, score, standardError, share: perTotal(score), shareError: perTotal(standardError) };
}

/** `0.0123 ± 0.00041 (3.2 %)` for one task, `3.2 ± 0.2 % of score` for several, whose scales differ. */
export function scoreText({ share, shareError, tasks }: ModuleScores): string {
  const [first, second] = tasks;
  if (first && !second) {
    const error = Number(first.standardError.toPrecision(2));
    return `${formatScore(first.score)} ± ${formatScore(error)} (${formatShare(share)})`;
  }
  return `${(share * 100).toFixed(1)} ± ${formatShare(shareError)} of score`;
}
