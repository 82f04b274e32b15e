import { verdictOf as judged, type ArmOutcomes } from '../../../src/judging/verdictOf';
import { mulberry32 } from '../../../src/shared/random';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import type { ArmName, ControlName, Verdict } from '../../../src/shared/verdict';
import { begin, finish, modulesOf, smallModel, type SampleModel } from '../webview/sampleRuns';

/** Made-up verdicts that are judged by the real judge, and the runs that end in them. The same numbers every time. */
export interface VerdictSample {
  readonly metric: 'accuracy' | 'loss';
  /** Of each control, what the plan is better by, in the metric's unit. */
  readonly gains: Readonly<Partial<Record<ControlName, number>>>;
  readonly seeds: number;
  readonly margin: number;
}

export const threeControls: VerdictSample = {
  metric: 'accuracy',
  gains: { uniform: 0.035, random: 0.05, 'all-layers': 0 },
  seeds: 4,
  margin: 0.01,
};
export const oneControl: VerdictSample = {
  metric: 'accuracy',
  gains: { uniform: -0.03 },
  seeds: 3,
  margin: 0,
};
export const lossMetric: VerdictSample = {
  metric: 'loss',
  gains: { uniform: 0.04, 'all-layers': -0.001 },
  seeds: 5,
  margin: 0.015,
};

const examples = 400;

export function verdictOf({ metric, gains, seeds, margin }: VerdictSample): Verdict {
  const random = mulberry32(7);
  const controls = Object.keys(gains) as ControlName[];
  const all = Array.from({ length: seeds }, (_, at) => at + 1);
  const isLoss = metric === 'loss';
  const base = isLoss ? 0.42 : 0.86;
  // Examples differ far more than arms do; seeds and arms a little.
  const examplesOf = Array.from({ length: examples }, () => random());
  const bySeed = all.map(() => 0.02 * (random() - 0.5));
  const valuesOf = (gain: number): number[][] =>
    all.map((_, seed) => {
      const mean = base + (bySeed[seed] ?? 0) - (isLoss ? -gain : gain) + 0.024 * (random() - 0.5);
      return examplesOf.map((hard) =>
        isLoss ? mean * (0.4 + 1.2 * hard) + 0.05 * (random() - 0.5) : Number(hard < mean),
      );
    });
  const values = new Map<ArmName, number[][]>([
    ['plan', valuesOf(0)],
    ...controls.map((name) => [name, valuesOf(gains[name] ?? 0)] as const),
  ]);
  const arm = (name: ArmName, at: number): ArmOutcomes => ({
    name,
    method: name === 'plan' ? 'floe' : 'lora',
    parameters: name === 'all-layers' ? 161_280 : 40_320 - 96 * at,
    layers: name === 'plan' || name === 'random' ? 2 : 8,
    modules: name === 'plan' || name === 'random' ? 6 : 24,
    experts: 24,
    outcomes: (values.get(name) ?? []).map((of, seed) => ({
      ...{ seed: seed + 1, secondsPerStep: 0.21 + 0.05 * at + 0.004 * seed, memoryBytes: 612e6 + 40e6 * at },
      tasks: [
        {
          task: 'spam',
          losses: isLoss ? of : of.map((hit) => 1.2 - hit),
          targets: of.map(() => 1),
          ...(isLoss ? {} : { hits: of }),
        },
      ],
    })),
  });
  const { plan } = planEvent(smallModel).plan;
  return judged({ plan, split: 'test', margin, level: 0.05, seeds: [...all, seeds + 1] }, [
    arm('plan', 0),
    ...controls.map((name, at) => arm(name, at + 1)),
  ]);
}

/** A run of the job `judge`, from its start to its end, with curves of every training. */
export function judgedRun(sample: VerdictSample, model: SampleModel = smallModel): RunState {
  const verdict = verdictOf(sample);
  const started = begin({ ...model, tasks: ['spam'] }, undefined, 'judge');
  const trainings = verdict.seeds.slice(0, sample.seeds).flatMap((seed) =>
    verdict.arms.flatMap(({ name, parameters, results, method }, at): UnstampedRunEvent[] => {
      const trial = `${name}-seed-${seed}`;
      const { value = 0.5, loss = 0.5 } = results.find((one) => one.seed === seed) ?? {};
      const metrics = (share: number) => [
        {
          ...{ task: 'spam', samples: 240, loss: 1.6 - share * (1.6 - loss) },
          accuracy: sample.metric === 'accuracy' ? 0.5 + share * (value - 0.5) : 0.5 + 0.36 * share,
        },
      ];
      const steps = 300;
      const ranks = modulesOf(model).map(({ layer }) => (at !== 0 || layer % 4 === 3 ? 8 : 0));
      return [
        {
          ...{ type: 'trial', trial, seed, steps, fromStep: 0, parameters, samples: 2400 },
          adapter: { method, ranks },
        },
        { type: 'evaluated', trial, step: 0, split: 'validation', metrics: metrics(0), best: true },
        ...Array.from({ length: 60 }, (_, index): UnstampedRunEvent => {
          const step = 5 * (index + 1);
          return {
            ...{ type: 'step', trial, step, learningRate: 3e-4, gradientNorm: 0.7, tokensPerSecond: 5120 },
            loss: loss + (1.6 - loss) * Math.exp(-step / 60) + 0.08 * Math.sin(step * (seed + at)),
          };
        }),
        ...[100, 200, 300].map((step): UnstampedRunEvent => ({
          ...{ type: 'evaluated', trial, step, split: 'validation', best: true },
          metrics: metrics(1 - Math.exp(-step / 70)),
        })),
        { type: 'evaluated', trial, step: 300, split: 'test', metrics: metrics(1), best: true },
      ];
    }),
  );
  return [
    ...started,
    ...stamp([
      ...trainings,
      { type: 'judged', verdict },
      { type: 'actual', actual: { seconds: 912, memoryBytes: 1.1e9, diskBytes: 2.2e6 } },
      { type: 'finished', state: 'done' },
    ]),
  ].reduce(applyEvent, emptyRun);
}

const planEvent = (model: SampleModel): Extract<RunEvent, { type: 'plan' }> =>
  finish(model, [3, 7]).find((event) => event.type === 'plan') as Extract<RunEvent, { type: 'plan' }>;

const stamp = (events: readonly UnstampedRunEvent[]): RunEvent[] =>
  events.map((event) => ({ at: '2025-03-04T09:13:30.000Z', ...event }) as RunEvent);
