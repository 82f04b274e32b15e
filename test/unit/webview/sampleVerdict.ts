import { judge } from '../../../src/judging/judgement';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import type { Arm, ArmName, Comparison, ControlName, Verdict } from '../../../src/shared/verdict';
import { smallModel } from './sampleRuns';

/** What each arm came to, one value a seed. */
export type ArmValues = Readonly<Partial<Record<ArmName, readonly number[]>>> & {
  readonly plan: readonly number[];
};

const plan = {
  modules: { 'model.layers.2.self_attn.q_proj': { rank: 8, alpha: 16, experts: 2 } },
  shared: [],
};
const sizes: Readonly<Record<ArmName, Pick<Arm, 'parameters' | 'layers' | 'modules' | 'experts'>>> = {
  plan: { parameters: 39_648, layers: 4, modules: 20, experts: 36 },
  uniform: { parameters: 39_424, layers: 8, modules: 56, experts: 56 },
  random: { parameters: 39_648, layers: 4, modules: 20, experts: 36 },
  'all-layers': { parameters: 158_592, layers: 8, modules: 56, experts: 112 },
};

/** A verdict on these values, with the intervals that `judge` gives. The words are ours. */
export function sampleVerdict(
  values: ArmValues,
  {
    metric = 'accuracy',
    seeds = [1, 2, 3],
    margin = 0,
  }: Partial<Pick<Verdict, 'metric' | 'seeds' | 'margin'>> = {},
): Verdict {
  const names = Object.keys(values) as ArmName[];
  const controls = names.filter((name): name is ControlName => name !== 'plan');
  const comparisons = controls.flatMap((control): Comparison[] => {
    const bySeed = (values[control] ?? []).flatMap((value, at) => {
      const ours = values.plan[at];
      return ours === undefined ? [] : [ours - value];
    });
    if (bySeed.length < 2) return [];
    const scores = { differences: bySeed.map((one) => [one]), weights: [1], tasks: [0] };
    const moreIsBetter = metric === 'accuracy';
    const judged = judge(scores, { seeds: seeds.length, moreIsBetter, margin });
    const [low, high] = judged.interval;
    const isAsGood = margin > 0 && (moreIsBetter ? low >= -margin : high <= margin);
    const timeRatios = bySeed.map((_, at) => 0.9 + 0.01 * at);
    return [{ control, ...judged, isAsGood, bySeed, timeRatios }];
  });
  const isOver = comparisons.length === controls.length && comparisons.every((one) => one.isOver);
  const [first] = comparisons;
  return {
    ...{ version: 1, plan, metric, split: 'validation', margin, level: 0.05, seeds, comparisons, isOver },
    tasks: smallModel.tasks.map((name) => ({ name, examples: 240 })),
    arms: names.map((name) => armOf(name, values[name] ?? [], metric, seeds)),
    words:
      first === undefined
        ? ''
        : `After ${first.seeds} seeds the plan is ${first.call === 'none' ? 'not told from' : `${first.call} than`} the uniform plan of at most its size.`,
    answers:
      first === undefined
        ? []
        : [
            { question: 'Is the plan better than its controls?', words: `Against uniform: ${first.call}.` },
            { question: 'What does it cost?', words: 'A step takes 0.91 of the time of the control’s.' },
            {
              question: 'How sure is that?',
              words: `${first.seeds} of at most ${seeds.length} seeds were trained.`,
            },
          ],
  };
}

const armOf = (
  name: ArmName,
  values: readonly number[],
  metric: Verdict['metric'],
  seeds: readonly number[],
): Arm => ({
  ...{ name, method: 'floe', ...sizes[name] },
  results: values.map((value, at) => ({
    ...{ seed: seeds[at] ?? at, value, loss: metric === 'loss' ? value : 1.4 - value },
    ...{ secondsPerStep: 0.182 + 0.004 * at, memoryBytes: 1.18e9 + 2e6 * at },
  })),
});

/** A plan that is better than the uniform one, over three seeds. */
export const betterVerdict = (): Verdict =>
  sampleVerdict({ plan: [0.912, 0.909, 0.915], uniform: [0.894, 0.89, 0.8965] }, { margin: 0.005 });

/** One that is told from no control. */
export const noVerdict = (): Verdict =>
  sampleVerdict(
    { plan: [0.902, 0.897, 0.909, 0.899], uniform: [0.899, 0.904, 0.896, 0.901] },
    { seeds: [1, 2, 3, 4] },
  );

/** Three controls, better than one, as good as another, worse than the dear one. */
export const threeControls = (): Verdict =>
  sampleVerdict(
    {
      plan: [0.902, 0.897, 0.909],
      uniform: [0.902, 0.8965, 0.909],
      random: [0.871, 0.863, 0.874],
      'all-layers': [0.92, 0.918, 0.928],
    },
    { margin: 0.01 },
  );

/** A loss, which is better where it is less. */
export const lossVerdict = (): Verdict =>
  sampleVerdict({ plan: [1.087, 1.091, 1.083], uniform: [1.113, 1.12, 1.108] }, { metric: 'loss' });

/** Two seeds of five, the plan ahead. */
export const openVerdict = (): Verdict =>
  sampleVerdict(
    { plan: [0.912, 0.909, 0.915], uniform: [0.894, 0.902] },
    { margin: 0.005, seeds: [1, 2, 3, 4, 5] },
  );

/** The first training of four. */
export const firstVerdict = (): Verdict => sampleVerdict({ plan: [], uniform: [] }, { seeds: [1, 2] });

/** What a run tells of a verdict as it is now. */
export const judged = (verdict: Verdict): RunEvent[] =>
  (
    [
      { type: 'stage', stage: 'judge' },
      { type: 'judged', verdict },
    ] satisfies UnstampedRunEvent[]
  ).map((event) => ({
    at: '2025-03-04T09:13:30.000Z',
    ...event,
  }));
