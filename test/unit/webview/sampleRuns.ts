import { sumByLayer } from '../../../src/shared/combineScores';
import type { Job, RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import type { Module, Role } from '../../../src/shared/words';

/** Made-up runs that look like real ones, for the page's tests and its preview. The same numbers every time. */
export interface SampleModel {
  readonly layers: number;
  readonly roles: readonly Role[];
  readonly tasks: readonly string[];
}

const paths: Readonly<Record<Role, string>> = {
  q: 'self_attn.q_proj',
  k: 'self_attn.k_proj',
  v: 'self_attn.v_proj',
  o: 'self_attn.o_proj',
  qkv: 'self_attn.qkv_proj',
  gate: 'mlp.gate_proj',
  gate_up: 'mlp.gate_up_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};
const llamaRoles: readonly Role[] = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'];
const samples = 256;

export const smallModel: SampleModel = {
  layers: 8,
  roles: llamaRoles,
  tasks: ['spam', 'topic', 'sentiment'],
};
export const oneTask: SampleModel = { layers: 6, roles: ['qkv', 'o', 'up', 'down'], tasks: ['spam'] };
export const deepModel: SampleModel = { layers: 48, roles: llamaRoles, tasks: ['reviews'] };
export const deepestModel: SampleModel = { layers: 126, roles: llamaRoles, tasks: ['spam', 'topic'] };

/** The modules of a sample model, in the order of its `model` event. */
export const modulesOf = (model: SampleModel): Module[] =>
  Array.from({ length: model.layers }, (_, layer) =>
    model.roles.map((role) => ({
      path: `model.layers.${layer}.${paths[role]}`,
      layer,
      role,
      inFeatures: role === 'down' ? 1376 : 512,
      outFeatures: role === 'gate' || role === 'up' ? 1376 : 512,
    })),
  ).flat();

/** The events until the model is known. */
export const begin = (
  model: SampleModel,
  startedAt = '2025-03-04T09:12:30.000Z',
  job: Job = 'run',
): RunEvent[] =>
  stamp(startedAt, [
    { type: 'started', job, experiment: 'experiments/mail.adapter.yaml', tasks: [...model.tasks] },
    { type: 'stage', stage: 'probe' },
    {
      type: 'device',
      device: 'native',
      description: 'ONNX Runtime, 8 threads',
      gflops: 212.4,
      refused: [
        { device: 'tensorflow', reason: 'The library of tfjs-node is not installed.' },
        { device: 'webgpu', reason: 'No adapter was found; install a Vulkan driver to use the GPU.' },
      ],
    },
    { type: 'stage', stage: 'load' },
    {
      type: 'model',
      model: 'models/tiny-llama',
      architecture: 'LlamaForCausalLM',
      layers: model.layers,
      parameters: model.layers * 3_162_112 + 16_384_000,
      modules: modulesOf(model),
    },
    { type: 'estimate', estimate: { seconds: 84, memoryBytes: 1.31e9, diskBytes: 640_000 } },
  ]);

/** A training in its second of two seeds. */
export function train(model: SampleModel): RunEvent[] {
  const metrics = (quality: number) =>
    model.tasks.map((task, index) => ({
      ...{ task, samples: 240, loss: 2 - 1.6 * quality, majority: 0.5 },
      ...{ accuracy: 0.5 + (0.4 - 0.05 * index) * quality, macroF1: 0.4 + 0.45 * quality },
    }));
  const trialOf = (seed: number, until: number): UnstampedRunEvent[] => {
    const trial = `seed-${seed}`;
    const steps = Array.from({ length: until / 10 }, (_, index) => 10 * (index + 1));
    return [
      { type: 'trial', trial, seed, steps: 600, fromStep: 0, parameters: 39_648, samples: 4800 },
      { type: 'evaluated', trial, step: 0, split: 'validation', metrics: metrics(0), best: true },
      ...steps.flatMap((step): UnstampedRunEvent[] => [
        {
          type: 'step',
          ...{ trial, step, loss: 0.3 + 2.4 * Math.exp(-step / 120) + 0.12 * Math.sin(step * seed) },
          ...{ learningRate: 3e-4, gradientNorm: 0.7, tokensPerSecond: 5120 + 30 * seed },
        },
        ...(step % 300 === 0
          ? [
              {
                type: 'evaluated',
                trial,
                step,
                split: 'validation',
                metrics: metrics(step / 600),
                best: true,
              } as const,
            ]
          : []),
      ]),
      ...(until === 600
        ? [
            {
              type: 'evaluated',
              trial,
              step: 600,
              split: 'test',
              metrics: metrics(0.97),
              best: true,
            } as const,
          ]
        : []),
    ];
  };
  return stamp('2025-03-04T09:13:00.000Z', [
    { type: 'note', text: 'spam: 2 classes (ham, spam), each as the text behind the prompt.' },
    { type: 'memory', mode: 'tape', processes: 1, threads: 2, processBytes: 310e6, stateBytes: 0 },
    { type: 'stage', stage: 'train' },
    ...trialOf(1, 600),
    ...trialOf(2, 340),
  ]);
}

/** Trainings of so many steps, each with a line in the journal. */
export const trainLong = (trials: number, steps: number): RunEvent[] =>
  stamp(
    '2025-03-04T09:13:00.000Z',
    Array.from({ length: trials }, (_, index): UnstampedRunEvent[] => {
      const [trial, seed] = [`seed-${index + 1}`, index + 1];
      return [
        { type: 'trial', trial, seed, steps, fromStep: 0, parameters: 39_648, samples: 8 * steps },
        ...Array.from({ length: steps }, (__, step): UnstampedRunEvent => ({
          ...{ type: 'step', trial, step: step + 1, learningRate: 3e-4 * (1 - step / steps) },
          loss:
            0.3 + (2 + 0.1 * index) * Math.exp((-6 * step) / steps) + 0.15 * Math.sin(step * (seed + 0.7)),
          ...{ gradientNorm: 0.7, tokensPerSecond: 5120 + 30 * seed },
        })),
      ];
    }).flat(),
  );

/** Batches of scores: whole tasks, then a part of the next. `progress` is in tasks: 1.5 is one and a half. */
export function score(model: SampleModel, progress: number, taus: readonly number[] = []): RunEvent[] {
  const events: UnstampedRunEvent[] = [
    { type: 'memory', mode: 'tape', processes: 4, threads: 2, processBytes: 310e6, stateBytes: 0 },
    { type: 'stage', stage: 'score' },
  ];
  model.tasks.forEach((task, index) => {
    const part = Math.min(1, Math.max(0, progress - index));
    if (part === 0) return;
    for (const done of [0.25, 0.5, 1].filter((step) => step < part).concat(part)) {
      events.push(
        { type: 'progress', share: (index + done) / model.tasks.length },
        scoresEvent(model, task, index, Math.round(samples * done)),
      );
    }
    const tau = taus[index] ?? 0.82;
    if (part === 1) {
      events.push({ type: 'stability', task, halvesKendallTau: tau, topKAgreement: tau < 0.3 ? 0.25 : 0.75 });
    }
  });
  return stamp('2025-03-04T09:13:00.000Z', events);
}

/** Keeps the given layers, then ends well. */
export function finish(model: SampleModel, kept: readonly number[]): RunEvent[] {
  const modules = modulesOf(model).filter((module) => kept.includes(module.layer));
  const rank = (module: Module): number => (module.role === 'down' ? 16 : 8);
  const experts = (module: Module): number => 1 + ((module.layer + model.roles.indexOf(module.role)) % 4);
  const parameters = modules.reduce(
    (sum, module) => sum + experts(module) * rank(module) * (module.inFeatures + module.outFeatures),
    0,
  );
  const share = ((100 * kept.length) / model.layers).toFixed(0);
  return stamp('2025-03-04T09:14:02.000Z', [
    { type: 'stage', stage: 'allocate' },
    {
      type: 'plan',
      plan: {
        version: 1,
        method: 'floe',
        plan: {
          modules: Object.fromEntries(
            modules.map((module) => [
              module.path,
              { rank: rank(module), alpha: 2 * rank(module), experts: experts(module) },
            ]),
          ),
          shared: [],
        },
        totals: {
          parameters,
          experts: modules.reduce((sum, module) => sum + experts(module), 0),
          modules: modules.length,
          layers: kept.length,
        },
        summary: `Kept ${kept.length} of ${model.layers} layers (${share} %), those with the highest scores.`,
      },
    },
    { type: 'stage', stage: 'write' },
    { type: 'wrote', path: 'experiments/mail.adapter.yaml' },
    { type: 'wrote', path: 'experiments/.adapter-lab/runs/2025-03-04T09-12-30-mail-run/plan.json' },
    { type: 'stage', stage: 'report' },
    { type: 'wrote', path: 'experiments/.adapter-lab/runs/2025-03-04T09-12-30-mail-run/report.md' },
    { type: 'actual', actual: { seconds: 92.4, memoryBytes: 1.18e9, diskBytes: 655_000 } },
    { type: 'finished', state: 'done' },
  ]);
}

/** What a card tells of itself, whose memory was too small at first. */
export const onSmallCard = (): RunEvent[] =>
  stamp('2025-03-04T09:12:34.000Z', [
    {
      type: 'device',
      device: 'webgpu',
      description: 'NVIDIA GeForce RTX 3050 Laptop GPU, WebGPU by Dawn, 4.3 GB of memory',
      gflops: 4210,
      refused: [{ device: 'tensorflow', reason: '@tensorflow/tfjs-node-gpu is not installed.' }],
    },
    {
      type: 'again',
      error: {
        code: 'out-of-memory',
        message:
          'The memory of NVIDIA GeForce RTX 3050 Laptop GPU is full: Failed to allocate 268435456 bytes.',
        next: 'Lower score.max_length.',
      },
      next: 'Trying again with batches of at most 1024 tokens.',
    },
    {
      type: 'memory',
      mode: 'micro-batches',
      processes: 1,
      threads: 8,
      processBytes: 2.9e9,
      stateBytes: 0,
      card: 'NVIDIA GeForce RTX 3050 Laptop GPU',
    },
  ]);

/** The end of a run that did not end well. */
export const end = (finished: Extract<UnstampedRunEvent, { type: 'finished' }>): RunEvent[] =>
  stamp('2025-03-04T09:13:40.000Z', [finished]);

/** What replaying events gives. */
export const stateOf = (...events: readonly (readonly RunEvent[])[]): RunState =>
  events.flat().reduce(applyEvent, emptyRun);

function scoresEvent(model: SampleModel, task: string, index: number, done: number): UnstampedRunEvent {
  const random = randomFrom(model.layers * 31 + index);
  const scores = modulesOf(model).map(({ layer }) => {
    const depth = layer / model.layers;
    const hill = Math.exp(-(((depth - 0.35 - 0.2 * index) / 0.22) ** 2));
    return 4e-4 * (0.05 + hill) * Math.exp(1.2 * (random() - 0.5)) * 10 ** index;
  });
  const wobble = randomFrom(done + index);
  return {
    type: 'scores',
    task,
    samplesDone: done,
    samplesTotal: samples,
    scores: scores.map((value) => value * (1 + (wobble() - 0.5) / Math.sqrt(done))),
    standardErrors: scores.map((value) => (0.9 * value) / Math.sqrt(done)),
    layerStandardErrors: sumByLayer(
      modulesOf(model).map(({ layer }) => layer),
      scores.map((value) => (0.6 * value) / Math.sqrt(done)),
    ),
  };
}

/** A small generator of numbers in [0, 1): the tests need the same ones each time. */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const stamp = (at: string, events: readonly UnstampedRunEvent[]): RunEvent[] =>
  events.map((event) => ({ at, ...event }) as RunEvent);
