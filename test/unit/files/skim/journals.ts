import fc from 'fast-check';
import { modulePathSchema } from '../../../../src/shared/moduleSchemas';
import { runEventSchema, type RunEvent, type UnstampedRunEvent } from '../../../../src/shared/runEvents';

/** Random journals of everything that a run may tell, in any order, for the properties of the skim. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 });
const small = fc.nat({ max: 3 });
/** Some in need of escapes, one with a character of two halves, one that looks like the key of an object. */
const name = fc.constantFrom('a', 'b', 'é"\\', '\u2028', '🙂', '__proto__');
const trial = fc.constantFrom('seed-1', 'seed "2"');
const step = fc.integer({ min: 1, max: 30 });
const some = fc.record as (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.Arbitrary<object>;
/** The fields, and some of the others besides, behind them. */
const optionally = (
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  others: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<object> =>
  fc
    .tuple(some(fields), fc.record(others, { requiredKeys: [] }))
    .map(([first, last]) => ({ ...first, ...last }));

const numbers = fc.array(number, { maxLength: 3 });
const costs = some({ seconds: number, memoryBytes: number, diskBytes: number });
const error = fc.constant({ code: 'disk-full', message: 'Full.', next: 'Free some.' });
const searched = optionally(
  {
    number: fc.constantFrom(0, 1, 2, 10, 11, 100),
    point: some({ best: small }),
    state: fc.constantFrom('proposed', 'running', 'done'),
    parameters: small,
    metric: fc.constant('loss'),
  },
  { value: number, reason: fc.constant('it said "best":1}'), byHand: fc.constant(true) },
);
const module = some({
  path: name.filter((one) => modulePathSchema.safeParse(one).success),
  layer: small,
  role: fc.constant('q'),
  inFeatures: step,
  outFeatures: step,
});
const plan = fc.constant({
  ...{ version: 1, method: 'uniform', plan: { modules: {}, shared: [] }, summary: 'All alike.' },
  totals: { parameters: 1, experts: 1, modules: 1, layers: 1 },
});
const arm = some({
  ...{ name: fc.constantFrom('plan', 'uniform'), method: fc.constant('floe'), parameters: small },
  ...{ layers: small, modules: small, experts: small },
  results: fc.array(
    some({ seed: small, value: number, loss: number, secondsPerStep: number, memoryBytes: number }),
    { maxLength: 2 },
  ),
});
const comparison = some({
  ...{ control: fc.constantFrom('uniform', 'random'), seeds: fc.constantFrom(2, 3), difference: number },
  ...{ standardError: number, interval: fc.tuple(number, number), p: number },
  call: fc.constantFrom('better', 'worse', 'none'),
  ...{ isEquivalent: fc.boolean(), isAsGood: fc.boolean(), isOver: fc.boolean() },
  ...{ bySeed: numbers, timeRatios: numbers },
});
const verdict = some({
  ...{ version: fc.constant(1), plan: fc.constant({ modules: {}, shared: [] }) },
  ...{ metric: fc.constantFrom('accuracy', 'loss'), split: fc.constantFrom('validation', 'test') },
  tasks: fc.array(some({ name, examples: step }), { maxLength: 2 }),
  ...{ margin: number, level: fc.constant(0.05), seeds: fc.constantFrom([1], [1, 2]) },
  arms: fc.array(arm, { maxLength: 2 }),
  comparisons: fc.array(comparison, { maxLength: 2 }),
  ...{
    isOver: fc.boolean(),
    words: name,
    answers: fc.array(some({ question: name, words: name }), { maxLength: 1 }),
  },
});
const certainty = some({
  level: fc.constant(0.9),
  layers: step,
  of: step,
  sure: fc.boolean(),
  looks: fc.constant([]),
});

/** The fields of each type of event; a type that is missing here is an error of the compiler. */
const fieldsOf: Readonly<Record<RunEvent['type'], fc.Arbitrary<object>>> = {
  started: some({ job: fc.constantFrom('score', 'train'), experiment: name, tasks: fc.uniqueArray(name) }),
  resumed: some({}),
  device: some({ device: fc.constant('cpu'), description: name, gflops: number, refused: fc.constant([]) }),
  model: some({
    model: name,
    architecture: name,
    layers: step,
    parameters: step,
    modules: fc.array(module, { maxLength: 2 }),
  }),
  memory: optionally(
    { mode: fc.constant('tape'), processes: step, threads: step, processBytes: number, stateBytes: number },
    { card: name },
  ),
  again: some({ error, next: name }),
  progress: optionally({ share: fc.double({ min: 0, max: 1, noNaN: true }) }, { step: name }),
  estimate: some({ estimate: costs }),
  stage: some({ stage: fc.constantFrom('load', 'score', 'train') }),
  scores: optionally(
    {
      task: name,
      samplesDone: small,
      samplesTotal: step,
      scores: numbers,
      standardErrors: numbers,
      layerStandardErrors: numbers,
    },
    { layerScores: numbers },
  ),
  stability: optionally(
    { task: name, halvesKendallTau: number, topKAgreement: number },
    { intervals: fc.constant([[0, 1]]) },
  ),
  looked: some({ task: name, certainty }),
  note: some({ text: name }),
  trial: some({
    trial,
    seed: small,
    steps: step,
    fromStep: fc.nat({ max: 20 }),
    parameters: small,
    samples: step,
  }),
  step: some({
    trial,
    step,
    loss: number,
    learningRate: number,
    gradientNorm: number,
    tokensPerSecond: number,
  }),
  evaluated: optionally(
    {
      ...{ trial, step, split: fc.constantFrom('validation', 'test'), best: fc.boolean() },
      metrics: fc.array(some({ task: name, samples: step, loss: number }), { maxLength: 1 }),
    },
    { routers: fc.dictionary(name, numbers, { maxKeys: 2 }) },
  ),
  reallocated: optionally(
    { trial, step, ranks: fc.dictionary(name, small, { maxKeys: 2 }) },
    { weights: fc.dictionary(name, number, { maxKeys: 2 }) },
  ),
  pieces: optionally(
    {
      executor: fc.constant('slurm'),
      waiting: small,
      running: small,
      nodes: fc.array(name, { maxLength: 2 }),
    },
    { why: name },
  ),
  'search-begun': some({ trials: step, finished: small }),
  'search-steered': some({ paused: fc.boolean(), trials: step }),
  searched: optionally({ trial: searched }, { best: small }),
  'search-ended': optionally({ words: name }, { best: small }),
  plan: some({ plan }),
  'judge-begun': some({ trainings: step, finished: small }),
  judged: some({ verdict }),
  wrote: some({ path: name }),
  actual: some({ actual: costs }),
  finished: optionally({ state: fc.constantFrom('done', 'failed') }, { error }),
};
const often: readonly RunEvent['type'][] = ['step', 'progress', 'scores', 'reallocated', 'searched'];
const event = fc
  .oneof(fc.constantFrom(...often), fc.constantFrom(...(Object.keys(fieldsOf) as RunEvent['type'][])))
  .chain((type) => fieldsOf[type].map((fields) => ({ type, ...fields }) as UnstampedRunEvent));

/** The events of a journal; steps rise until a trial goes back. */
export const events: fc.Arbitrary<RunEvent[]> = fc.array(event, { maxLength: 80, size: 'max' }).map((all) => {
  const reached = new Map<string, number>();
  return all.map((one, index) => {
    const told = { at: new Date(1e12 + index * 1000).toISOString(), ...stepped(one, reached) };
    return runEventSchema.parse(JSON.parse(JSON.stringify(told)));
  });
});

function stepped(event: UnstampedRunEvent, reached: Map<string, number>): UnstampedRunEvent {
  if (event.type !== 'trial' && event.type !== 'step' && event.type !== 'reallocated') return event;
  const before = reached.get(event.trial) ?? 0;
  const now =
    event.type === 'trial' ? Math.min(before, event.fromStep) : before + (event.type === 'step' ? 2 : 1);
  reached.set(event.trial, now);
  return event.type === 'trial' ? { ...event, fromStep: now } : { ...event, step: now };
}

/** How another program might write a line: `JSON.stringify` of ours is the first. */
export const writers: readonly ((event: RunEvent) => string)[] = [
  (one) => JSON.stringify(one),
  (one) => `${JSON.stringify(one)}\r`,
  (one) => JSON.stringify(one, null, 1).replaceAll('\n', ''),
  (one) => JSON.stringify(Object.fromEntries(Object.entries(one).reverse())),
  (one) =>
    JSON.stringify(one).replace(
      /[^\x20-\x7e]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
];
