import { capital, formatBytes, formatCount, formatSeconds } from '../../../src/shared/format';
import { meanAndError } from '../../../src/shared/meanAndError';
import type { Arm, ArmResult, Comparison, Verdict } from '../../../src/shared/verdict';
import { armTitles } from '../../../src/shared/verdictWords';
import { counted, worded, type CopyCell, type CopyTable } from '../copies/table';
import { callWords } from './calls';
import { confidence } from './figure';
import { unitOf, withUnit } from './unit';

const nothing: CopyCell = { value: undefined, text: '–' };

/** What was trained, and what came of it: the plan first, then each control. */
export function armsTable(verdict: Verdict): CopyTable {
  const unit = unitOf(verdict);
  return {
    caption: `What was trained, with the mean over seeds on ${verdict.split} data and its standard error`,
    heads: [
      ...['', withUnit(capital(unit.metric), unit.of), '±', 'Seeds', 'Trained as', 'Parameters'],
      ...['Layers', 'Modules', 'Experts', 'Time of a step', 'Memory'],
    ],
    rows: verdict.arms.map((arm) => [
      ...[worded(armTitles[arm.name]), ...meanCells(arm, unit.value), counted(arm.results.length)],
      ...[worded(arm.method), { value: arm.parameters, text: formatCount(arm.parameters) }],
      ...[arm.layers, arm.modules, arm.experts].map(counted),
      over(arm, ({ secondsPerStep }) => secondsPerStep, meanOf, stepWords),
      over(arm, ({ memoryBytes }) => memoryBytes, mostOf, formatBytes),
    ]),
  };
}

/** The plan against each control. */
export function comparisonsTable(verdict: Verdict): CopyTable {
  const unit = unitOf(verdict);
  const difference = (value: number): CopyCell => ({ value, text: unit.difference(value) });
  return {
    caption: `Plan less control on the ${verdict.split} data, over the seeds that both were trained with`,
    heads: [
      ...[
        'Control',
        'Outcome',
        withUnit('Difference', unit.ofDifference),
        `${confidence(verdict)} from`,
        'to',
      ],
      ...['p', 'Seeds', 'Time of a step, ratio'],
    ],
    rows: verdict.comparisons.map((one) => [
      ...[worded(armTitles[one.control]), worded(callWords(one, verdict))],
      ...[one.difference, ...one.interval].map(difference),
      { value: one.p, text: one.p < 0.001 ? '< 0.001' : one.p.toFixed(3) },
      counted(one.seeds),
      ratioCell(one),
    ]),
  };
}

/** Each training that has ended: a row a seed, the values of all arms and the differences to the plan. */
export function seedsTable(verdict: Verdict): CopyTable {
  const { arms, comparisons } = verdict;
  const unit = unitOf(verdict);
  const seeds = [...new Set(arms.flatMap(({ results }) => results.map(({ seed }) => seed)))];
  return {
    caption: `${capital(unit.metric)} of each seed${inUnit(unit.of)}, and plan less control${inUnit(unit.ofDifference)}`,
    heads: [
      ...['Seed', ...arms.map(({ name }) => armTitles[name])],
      ...comparisons.map(({ control }) => `Plan less ${armTitles[control].toLowerCase()}`),
    ],
    rows: seeds.map((seed) => [
      counted(seed),
      ...arms.map(({ results }): CopyCell => {
        const value = results.find((one) => one.seed === seed)?.value;
        return value === undefined ? nothing : { value, text: unit.value(value) };
      }),
      ...comparisons.map((one): CopyCell => {
        const value = one.bySeed[pairedSeeds(arms, one).indexOf(seed)];
        return value === undefined ? nothing : { value, text: unit.difference(value) };
      }),
    ]),
  };
}

/** The seeds that a comparison is over, in its order: those of the plan that the control was trained with, too. */
function pairedSeeds(arms: readonly Arm[], { control }: Comparison): number[] {
  const of = (wanted: Arm['name']): number[] =>
    arms.find(({ name }) => name === wanted)?.results.map(({ seed }) => seed) ?? [];
  const theirs = of(control);
  return of('plan').filter((seed) => theirs.includes(seed));
}

function meanCells({ results }: Arm, text: (value: number) => string): CopyCell[] {
  const { mean, standardError } = meanAndError(results.map(({ value }) => value));
  return [
    results.length === 0 ? nothing : { value: mean, text: text(mean) },
    // Of one value nothing is known of how far others are from it.
    results.length < 2 ? nothing : { value: standardError, text: text(standardError) },
  ];
}

function over(
  { results }: Arm,
  of: (result: ArmResult) => number,
  join: (values: readonly number[]) => number,
  text: (value: number) => string,
): CopyCell {
  if (results.length === 0) return nothing;
  const value = join(results.map(of));
  return { value, text: text(value) };
}

function ratioCell({ timeRatios }: Comparison): CopyCell {
  if (timeRatios.length === 0) return nothing;
  const value = meanOf(timeRatios);
  return { value, text: `× ${value.toFixed(2)}` };
}

const inUnit = (unit: string): string => (unit === '' ? '' : ` in ${unit}`);

const meanOf = (values: readonly number[]): number => meanAndError(values).mean;
const mostOf = (values: readonly number[]): number => Math.max(...values);

const stepWords = (seconds: number): string =>
  seconds < 1 ? `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms` : formatSeconds(seconds);
