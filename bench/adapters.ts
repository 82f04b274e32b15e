import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readExperiment } from '../src/configs/experiment/parse';
import { trainExperiment } from '../src/engine/trainExperiment';
import type { RunState } from '../src/shared/runState';
import { version } from '../src/shared/version';
import { describeMachine, writeResult } from './results';

/** What differs between the methods. Ranks are such that all have about the parameters of LoRA of rank 8. */
const methods: readonly { readonly method: string; readonly options: string }[] = [
  { method: 'lora', options: 'adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16 }' },
  {
    method: 'floe',
    options: 'adapter: { targets: [q_proj, v_proj, down_proj], rank: 5, alpha: 10, experts: 2 }',
  },
  {
    method: 'lora-smoe',
    options: 'adapter: { targets: [q_proj, v_proj, down_proj], rank: 3, alpha: 6, experts: 2, top_k: 1 }',
  },
  {
    method: 'lily',
    options:
      'adapter: { targets: [q_proj, v_proj, down_proj], rank: 20 }\nlily: { stride_a: 2, num_b: 2, scaling: 2 }',
  },
  {
    method: 'adalora',
    options:
      'adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 24 }\n' +
      'adalora: { init_r: 12, target_r: 8, tinit: 50, tfinal: 100, delta_t: 10, orth_reg_weight: 0.1 }',
  },
  {
    method: 'dynamic-lora',
    options:
      'adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16 }\n' +
      'dynamic_lora: { layer_weights: true, reallocate: true, interval: 50 }',
  },
];
const seeds = [1, 2, 3];
const rate = 5e-3;
const epochs = 0.75;
const tasks = [
  ['sentiment', 'Sentiment:'],
  ['spam', 'This mail is:'],
  ['gloss', 'Kind:'],
] as const;

/**
 * What each adapter makes of the sample's three tasks, trained together: accuracy on test data over three seeds, beside the
 * base model and the commonest class. Times mean nothing here.
 *
 *     npm run bench -- adapters
 */
export async function benchAdapters(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    await cp(path.join(__dirname, '..', 'media', 'sample'), folder, { recursive: true });
    const rows = [];
    for (const one of methods) {
      rows.push(rowOf(one.method, await train(folder, one)));
      // After each, so that what was measured is not lost.
      const settings = { epochs, learningRate: rate, batchSize: 8, maxLength: 96, seeds };
      writeResult('adapters', {
        command: 'npm run bench -- adapters',
        machine: describeMachine(),
        settings,
        methods,
        rows,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function train(folder: string, { method, options }: (typeof methods)[number]): Promise<RunState> {
  const file = path.join(folder, `${method}.adapter.yaml`);
  const blocks = tasks.map(
    ([name, ending]) => `  - name: ${name}
    kind: classification
    train: data/${name}.train.jsonl
    validation: data/${name}.validation.jsonl
    test: data/${name}.test.jsonl
    prompt: "{text}\\n${ending}"`,
  );
  await writeFile(
    file,
    `version: 1
model: model
tasks:
${blocks.join('\n')}
method: ${method}
${options}
train: { epochs: ${epochs}, learning_rate: ${rate}, batch_size: 8, max_length: 96, seeds: [${seeds.join(', ')}], evaluations: 1 }
`,
  );
  const run = path.join(folder, '.adapter-lab', 'runs', method);
  const told = ({ state }: { state: RunState }): void => {
    process.stderr.write(`\r${method} ${Math.floor((state.share ?? 0) * 100)} %  `);
  };
  const settings = { run, device: 'auto', version, told } as const;
  const { state } = await trainExperiment(await readExperiment(file), settings, new AbortController().signal);
  return state;
}

interface Row {
  readonly method: string;
  readonly parameters: number;
  /** Test accuracy by task: mean over seeds, and the deviation between them. */
  readonly accuracy: Readonly<Record<string, { readonly mean: number; readonly deviation: number }>>;
  /** Of the base model, and of always naming the commonest class; on validation and test data. */
  readonly base: Readonly<Record<string, number>>;
  readonly majority: Readonly<Record<string, number>>;
  readonly steps: number;
}

function rowOf(method: string, { trials }: RunState): Row {
  const names = tasks.map(([name]) => name);
  const tests = trials.map(
    ({ evaluations }) => evaluations.find(({ split }) => split === 'test')?.metrics ?? [],
  );
  const of = (task: string): number[] =>
    tests.map((metrics) => metrics.find((one) => one.task === task)?.accuracy ?? NaN);
  const base = trials[0]?.evaluations.find(({ step }) => step === 0)?.metrics ?? [];
  const row: Row = {
    method,
    parameters: trials[0]?.parameters ?? 0,
    steps: trials[0]?.steps ?? 0,
    accuracy: Object.fromEntries(names.map((task) => [task, spread(of(task))])),
    base: Object.fromEntries(
      names.map((task) => [task, base.find((one) => one.task === task)?.accuracy ?? NaN]),
    ),
    majority: Object.fromEntries(
      names.map((task) => [task, tests[0]?.find((one) => one.task === task)?.majority ?? NaN]),
    ),
  };
  const words = names.map((task) => {
    const { mean, deviation } = row.accuracy[task] ?? { mean: NaN, deviation: NaN };
    return `${task} ${(100 * mean).toFixed(1)} ± ${(100 * deviation).toFixed(1)}`;
  });
  console.log(`\r${method.padEnd(13)} ${row.parameters} parameters: ${words.join(', ')}`);
  return row;
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
