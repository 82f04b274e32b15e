import { estimatorWords } from '../shared/estimatorWords';
import { formatBytes, formatCount, formatSeconds, formatSpeed } from '../shared/format';
import { memoryWords } from '../shared/memoryWords';
import type { RunState } from '../shared/runState';

/** What is said of a run before its results: a name, and what it is. */
export type Fact = readonly [name: string, words: string];

/** Of a run that scores: what was measured on what, and what it took. */
export function scoringFacts(state: RunState): Fact[] {
  const { labels, memory, estimate, actual } = state;
  const cost = (of: NonNullable<typeof actual>): string =>
    `${formatSeconds(of.seconds)}, ${formatBytes(of.memoryBytes)} of memory, ${formatBytes(of.diskBytes)} on disk`;
  return [
    ...modelFacts(state),
    ...(labels === undefined ? [] : [['Scores', estimatorWords(state.estimator, labels)] as const]),
    ...deviceFacts(state),
    ...(memory === undefined ? [] : [['Memory', memoryWords(memory)] as const]),
    ...(estimate === undefined
      ? []
      : [['Estimated', `${state.untilSure === undefined ? '' : 'at most '}${cost(estimate)}`] as const]),
    ...(actual === undefined ? [] : [['Actual', cost(actual)] as const]),
  ];
}

/** Of a run that trains an experiment's adapters. */
export function trainingFacts(state: RunState): Fact[] {
  const [trial] = state.trials;
  return [
    ...modelFacts(state),
    ...deviceFacts(state),
    ...(trial === undefined
      ? []
      : [
          [
            'Training',
            `${formatCount(trial.parameters)} trainable parameters, ${formatCount(trial.samples)} samples, ${formatCount(trial.steps)} steps a seed`,
          ] as const,
        ]),
    ...tookFacts(state),
  ];
}

/** Of a run that trains a plan and its controls; what each arm is stands in its table. */
export function judgingFacts(state: RunState): Fact[] {
  const { trials } = state;
  const [trial] = trials;
  return [
    ...modelFacts(state),
    ...deviceFacts(state),
    ...(trial === undefined
      ? []
      : [
          [
            'Trainings',
            `${formatCount(trials.length)} of ${formatCount(trial.samples)} samples, ${formatCount(trial.steps)} steps each`,
          ] as const,
        ]),
    ...tookFacts(state),
  ];
}

/** The facts of a run by what it did. */
export function factsOf(state: RunState): Fact[] {
  if (state.job === 'train') return trainingFacts(state);
  return state.job === 'judge' ? judgingFacts(state) : scoringFacts(state);
}

/** As a list in Markdown. */
export const factLines = (facts: readonly Fact[]): string[] =>
  facts.map(([name, words]) => `- ${name}: ${words}`);

/** What a reader of the results should know, as a list in Markdown. */
export const noteLines = ({ notes }: Pick<RunState, 'notes'>): string[] => notes.map((note) => `- ${note}`);

const modelFacts = ({ model }: RunState): Fact[] =>
  model === undefined
    ? []
    : [
        [
          'Model',
          `${model.architecture}, ${model.layers} layers, ${formatCount(model.parameters)} parameters`,
        ],
      ];

const deviceFacts = ({ device }: RunState): Fact[] =>
  device === undefined
    ? []
    : [['Device', `${device.name} (${device.description}, ${formatSpeed(device.gflops)})`]];

const tookFacts = ({ actual }: RunState): Fact[] =>
  actual === undefined
    ? []
    : [['Took', `${formatSeconds(actual.seconds)}, ${formatBytes(actual.memoryBytes)} of memory`]];
