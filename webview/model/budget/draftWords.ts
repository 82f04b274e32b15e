import type { Draft } from '../../../src/shared/draft';
import { counted, formatCount } from '../../../src/shared/format';
import type { Module, PlannedModule } from '../../../src/shared/words';
import { isOverBudget } from './gauge';

/** What the uniform plan of the same size would be, which the design has to beat. */
export function controlWords({ control, totals }: Draft): string {
  // Nothing has no size.
  if (totals.parameters === 0) return '';
  if (!control) return 'No uniform control of this size is possible.';
  const { rank, modules, parameters } = control;
  return (
    `The uniform control of this size has rank ${formatCount(rank)} in ${counted(modules, 'module')}: ` +
    `${counted(parameters, 'parameter')}.`
  );
}

/**
 * Whether the file has the plan. Said in words: the tooltip of a disabled button is for the mouse alone.
 *
 * @param commits whether it can be committed then
 */
export function appliedWords({ isApplied, file }: Pick<Draft, 'isApplied' | 'file'>, commits = true): string {
  if (isApplied) return `${file} has this plan.`;
  return `${file} does not have this plan yet: apply it${commits ? ', then commit it' : ''}.`;
}

/** How a plan was allocated, and whether it was changed since. */
export function methodWords({ method, byHand }: Pick<Draft, 'method' | 'byHand'>): string {
  if (method === undefined) return byHand ? 'by hand' : 'unknown';
  return byHand ? `${method}, changed by hand since` : method;
}

/** What a change came to, for a screen reader: "Layer 3 q: rank 16; 214 k of 400 k parameters." Empty for none. */
export function changeWords(before: Draft | undefined, after: Draft, modules: readonly Module[]): string {
  if (!before || after.refused) return '';
  const changed = modules.filter(({ path }) => differs(before.plan.modules[path], after.plan.modules[path]));
  const [first] = changed;
  if (!first) return !before.isApplied && after.isApplied ? `Applied to ${after.file}.` : '';
  const what =
    changed.length === 1
      ? `Layer ${first.layer} ${first.role}: ${rowWords(after.plan.modules[first.path])}`
      : `${formatCount(changed.length)} modules changed`;
  return `${what}; ${sizeWords(after)}${isOverBudget(after) ? ', over the budget' : ''}.`;
}

function rowWords(row: PlannedModule | undefined): string {
  const locked = row?.locked ? ', locked' : '';
  if (!row || row.experts === 0) return `no adapter${locked}`;
  return `rank ${row.rank}${row.experts > 1 ? `, ${row.experts} experts` : ''}${locked}`;
}

function sizeWords({ limits, totals }: Draft): string {
  const limit = limits.find((one) => one.limit === 'parameters');
  const used = formatCount(totals.parameters);
  return limit ? `${used} of ${formatCount(limit.most)} parameters` : counted(totals.parameters, 'parameter');
}

const differs = (a: PlannedModule | undefined, b: PlannedModule | undefined): boolean =>
  (a?.experts ?? 0) !== (b?.experts ?? 0) ||
  (a?.locked ?? false) !== (b?.locked ?? false) ||
  ((b?.experts ?? 0) > 0 && (a?.rank !== b?.rank || a?.alpha !== b?.alpha));
