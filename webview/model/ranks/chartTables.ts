import { capital, formatCount } from '../../../src/shared/format';
import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import { bestSearched, dimensionTitle, dimensionValue, metricWords } from '../../../src/shared/searchWords';
import type { TrialsTable } from './trials';
import { objectiveTitle, titleOf, words, type SearchOfRun } from './pointWords';

const none = '–';

/** What the model expects of every point that keeps the budget, tried or not. */
export function modelTable(outlook: SearchOutlook, run: SearchOfRun): TrialsTable {
  const { value, difference } = words(outlook.metric);
  const best = bestSearched(run)?.number;
  return {
    columns: [
      ...['Trial', ...outlook.dimensions.map(({ name }) => dimensionTitle(name))],
      ...['Parameters', objectiveTitle(outlook), 'Expected', '±', 'Expected gain'],
    ],
    rows: outlook.points
      .filter(({ keepsBudget }) => keepsBudget)
      .map(({ point, parameters, trial, isAsked, expected }) => {
        const objective = trial === undefined ? undefined : outlook.trials[trial]?.objective;
        return {
          ...{ number: trial, best: trial !== undefined && trial === best },
          cells: [
            trial === undefined ? (isAsked ? 'asked for' : none) : String(trial + 1),
            ...outlook.dimensions.map(({ name }) => dimensionValue(name, point[name])),
            parameters === undefined ? none : formatCount(parameters),
            objective === undefined ? none : value(objective),
            expected === undefined ? none : value(expected.mean),
            expected === undefined ? none : difference(expected.deviation),
            expected?.gain === undefined ? none : difference(expected.gain),
          ],
        };
      }),
  };
}

/** The best so far after each trial that came to its end. */
export function bestTable(outlook: SearchOutlook, run: SearchOfRun): TrialsTable {
  const { value } = words(outlook.metric);
  const best = bestSearched(run)?.number;
  return {
    columns: ['Trial', objectiveTitle(outlook), 'Best so far'],
    rows: outlook.bestSoFar.map(({ trial, value: reached }) => ({
      ...{ number: trial, best: trial === best },
      cells: [String(trial + 1), value(outlook.trials[trial]?.objective ?? NaN), value(reached)],
    })),
  };
}

/** The trials that no other beats in metric and parameters, from cheap to dear. */
export function frontTable(outlook: SearchOutlook, run: SearchOfRun): TrialsTable {
  const best = bestSearched(run)?.number;
  return {
    columns: ['Trial', 'Point', 'Parameters', capital(outlook.metric)],
    rows: outlook.front.flatMap((number) => {
      const trial = run.searched.find((one) => one.number === number);
      if (trial === undefined) return [];
      const { point, parameters, metric, value = NaN } = trial;
      return [
        {
          ...{ number, best: number === best },
          cells: [String(number + 1), titleOf(point), formatCount(parameters), metricWords(metric, value)],
        },
      ];
    }),
  };
}

/** What a chart of the model shows, in words, for those who do not see it. */
export function modelSummary(outlook: SearchOutlook, run: SearchOfRun, along: string): string {
  const { value, difference } = words(outlook.metric);
  const open = outlook.points.filter(({ expected }) => expected?.gain !== undefined);
  const most = open.reduce<OutlookPoint | undefined>(
    (best, one) => ((one.expected?.gain ?? 0) > (best?.expected?.gain ?? -1) ? one : best),
    undefined,
  );
  const next =
    most?.expected?.gain === undefined
      ? ''
      : ` The largest expected gain of those not tried is ${difference(most.expected.gain)}, of ${titleOf(most.point).toLowerCase()}, where ${value(most.expected.mean)} is expected.`;
  return `Chart of ${objectiveTitle(outlook).toLowerCase()} over ${along}: ${trialCount(outlook)}.${bestWords(run)}${next} The table has all numbers.`;
}

export const bestSummary = (outlook: SearchOutlook, run: SearchOfRun): string =>
  `Chart of the best ${outlook.metric} so far over ${trialCount(outlook)}.${bestWords(run)} The table has all numbers.`;

export const frontSummary = (outlook: SearchOutlook, run: SearchOfRun): string =>
  `Chart of ${outlook.metric} against parameters: ${trialCount(outlook)}, ${outlook.front.length} of which no other beats in both.${bestWords(run)} The table has all numbers.`;

const trialCount = ({ trials }: SearchOutlook): string =>
  trials.length === 1 ? 'one trial' : `${trials.length} trials`;

function bestWords(run: SearchOfRun): string {
  const best = bestSearched(run);
  if (best?.value === undefined) return '';
  return ` The best is trial ${best.number + 1}, ${titleOf(best.point).toLowerCase()}, with ${metricWords(best.metric, best.value)}.`;
}
