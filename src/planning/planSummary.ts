import type { PlanTotals } from '../shared/planFile';
import type { Budget, Module, Plan } from '../shared/words';
import { largestOf } from '../shared/largestOf';

/** The summary of a plan. @param locked rows fixed by hand */
export function summaryOf(
  { modules, budget }: { readonly modules: readonly Module[]; readonly budget: Budget },
  plan: Plan,
  totals: PlanTotals,
  locked: number,
): string {
  const adapted = modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  const kept = [...new Set(adapted.map(({ layer }) => layer))].sort((a, b) => a - b);
  const layers = 1 + Math.max(-1, largestOf(modules.map(({ layer }) => layer)));
  return planSummary(kept, layers, budget, totals, locked);
}

/**
 * One sentence of what a plan keeps: "Kept layers 2, 5 of 8 (budget: 25 % of layers); 24 experts over 6 modules; 49,152
 * trainable parameters."
 *
 * @param kept layers with an adapter, rising
 */
export function planSummary(
  kept: readonly number[],
  layers: number,
  budget: Budget,
  totals: PlanTotals,
  locked: number,
): string {
  const which =
    kept.length === 0
      ? `Kept none of ${layers} layers`
      : kept.length === layers
        ? `Kept all ${layers} layers`
        : `Kept ${kept.length === 1 ? 'layer' : 'layers'} ${ranges(kept)} of ${layers}`;
  const limits = budgetWords(budget);
  const fixed = locked > 0 ? ` (${locked} locked)` : '';
  return (
    `${which} (${limits === '' ? 'no budget' : `budget: ${limits}`}); ${count(totals.experts, 'expert')} over ` +
    `${count(totals.modules, 'module')}${fixed}; ${count(totals.parameters, 'trainable parameter')}.`
  );
}

/** "25 % of layers, 200,000 parameters"; empty where there is no limit. */
export function budgetWords(budget: Budget): string {
  const { layers, parameters, experts, megabytes } = budget;
  const limits = [
    ...(!layers
      ? []
      : 'share' in layers
        ? [`${Number((layers.share * 100).toFixed(2))} % of layers`]
        : [count(layers.count, 'layer')]),
    ...(parameters === undefined ? [] : [count(parameters, 'parameter')]),
    ...(experts === undefined ? [] : [count(experts, 'expert')]),
    ...(megabytes === undefined ? [] : [`${megabytes} MB`]),
  ];
  return limits.join(', ');
}

const count = (value: number, word: string): string =>
  `${value.toLocaleString('en-US')} ${word}${value === 1 ? '' : 's'}`;

/** 0, 1, 2, 5, 7, 8 -> "0–2, 5, 7, 8". */
function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : last === first + 1 ? `${first}, ${last}` : `${first}–${last}`,
    )
    .join(', ');
}
