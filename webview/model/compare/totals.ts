import type { ComparedFact, Comparison } from '../../../src/shared/comparison';
import type { PlanTotals } from '../../../src/shared/planFile';
import type { CopyCell, CopyTable } from '../copies/table';
import { moreShare, signedFact, signedWhole, whole } from './signed';

/** One line of the totals: both sides, and what the right has more. Empty where there is nothing to say. */
export interface TotalsRow {
  readonly name: string;
  readonly left: CopyCell;
  readonly right: CopyCell;
  readonly difference: CopyCell;
}

const totals: readonly (readonly [name: string, of: keyof PlanTotals])[] = [
  ['Layers', 'layers'],
  ['Modules', 'modules'],
  ['Experts', 'experts'],
  ['Parameters', 'parameters'],
];
const nothing: CopyCell = { value: undefined, text: '–' };

/** What both plans take, then what is known of each beside. */
export function totalsRows({ left, right }: Pick<Comparison, 'left' | 'right'>): TotalsRow[] {
  const counted = totals.map(([name, of]): TotalsRow => {
    const [first, second] = [left.totals[of], right.totals[of]];
    const share = of === 'parameters' ? moreShare(first, second) : undefined;
    const difference = `${signedWhole(second - first)}${share === undefined ? '' : ` (${share})`}`;
    return {
      name,
      left: { value: first, text: whole(first) },
      right: { value: second, text: whole(second) },
      difference: { value: second - first, text: difference },
    };
  });
  const names = [...new Set([...left.facts, ...right.facts].map(({ name }) => name))];
  const named = (facts: readonly ComparedFact[], name: string) => facts.find((fact) => fact.name === name);
  return [
    ...counted,
    ...names.map((name) => factRow(name, named(left.facts, name), named(right.facts, name))),
  ];
}

function factRow(name: string, left: ComparedFact | undefined, right: ComparedFact | undefined): TotalsRow {
  const cell = (fact: ComparedFact | undefined): CopyCell =>
    fact ? { value: fact.amount?.value ?? fact.text, text: fact.text } : nothing;
  const [first, second] = [left?.amount, right?.amount];
  const isNumber = first !== undefined && second !== undefined && first.unit === second.unit;
  const difference = isNumber
    ? { value: second.value - first.value, text: signedFact(second.value - first.value, first.unit) }
    : { value: undefined, text: '' };
  return { name, left: cell(left), right: cell(right), difference };
}

/** The totals as a table to be copied. */
export const totalsCopy = (comparison: Comparison): CopyTable => ({
  caption: `${comparison.left.title} and ${comparison.right.title}`,
  heads: ['', comparison.left.title, comparison.right.title, 'Difference'],
  rows: totalsRows(comparison).map(({ name, left, right, difference }) => [
    { value: name, text: name },
    ...[left, right, difference],
  ]),
});
