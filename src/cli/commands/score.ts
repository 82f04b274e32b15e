import { Option, type Command } from 'commander';
import path from 'node:path';
import type { ScoreRequest } from '../../engine/request';
import { scoreRun } from '../../engine/scoreRun';
import { writeFileAtomic } from '../../files/atomic';
import { readJsonAs } from '../../files/json';
import { newRunFolder, runFiles } from '../../files/runs';
import { requireWritable } from '../../files/writable';
import { evaComponents } from '../../planning/estimators';
import { layerTable, noiseWarnings } from '../../planning/report';
import { runScoresSchema } from '../../shared/scoreFile';
import { version } from '../../shared/version';
import {
  estimators,
  labelKinds,
  taskKinds,
  type Device,
  type LabelKind,
  type Estimator,
  type TaskKind,
} from '../../shared/words';
import { executorOf } from '../../shared/executorSettings';
import { absolute, confidence, deviceOption, integer, positiveInteger, positiveNumber } from '../options';
import { addExecutor, type ExecutorGiven } from '../executorOption';
import { drawnRun } from '../drawnRun';
import { interruptSignal, print, say } from '../terminal';

interface Options extends ExecutorGiven {
  model: string;
  data: string;
  kind: TaskKind;
  text: string;
  label: string;
  prompt?: string;
  estimator: Estimator;
  samples: number;
  untilSure?: number;
  batchSize: number;
  maxLength: number;
  device: Device | 'auto';
  seed: number;
  labels: LabelKind;
  processes: number | 'auto';
  memory: 'auto' | 'streaming';
  perSample?: boolean;
  taylor?: boolean;
  adapter?: string;
  targets?: string[];
  rank: number;
  experts: number;
  warmupSteps: number;
  warmupLearningRate: number;
  json?: string;
  resume?: string;
}

/** `adapter-lab score`: the scores of one data file, without an experiment. */
export function addScore(program: Command): void {
  addExecutor(program.command('score'))
    .description('score every linear module of a model on a data file')
    .requiredOption('--model <dir>', 'Hugging Face model folder', absolute)
    .requiredOption(
      '--data <file>',
      '.jsonl, .json, .csv, .tsv or .parquet: columns of text, messages, or input_ids that are already tokenized',
      absolute,
    )
    .addOption(new Option('--kind <kind>', 'what a line is').choices([...taskKinds]).default('causal-lm'))
    .option('--text <column>', 'column of the text', 'text')
    .option('--label <column>', 'column of the label', 'label')
    .option(
      '--prompt <template>',
      'what stands before the label, or before the text of causal-lm; {text}, {question} stand for columns',
    )
    .addOption(new Option('--estimator <name>', 'how to score').choices([...estimators]).default('fisher'))
    .option('--samples <n>', 'samples at most', positiveInteger, 256)
    .addOption(
      new Option(
        '--until-sure [confidence]',
        'stop once the top quarter of the layers is the same in this share of resamples, twice in a row: after 64 samples at the soonest',
      )
        .argParser(confidence)
        .preset('95%'),
    )
    .option(
      '--batch-size <n>',
      'samples computed at a time at most; fewer where they are long',
      positiveInteger,
      8,
    )
    .option('--max-length <n>', 'tokens after which a sample is cut', positiveInteger, 256)
    .addOption(deviceOption())
    .option('--seed <n>', 'which samples of a larger file, and which labels are drawn', integer, 1)
    .addOption(
      new Option('--labels <whose>', "whose labels the loss is of: the data's, or drawn from the model")
        .choices([...labelKinds])
        .default('empirical'),
    )
    .option('--taylor', 'also what needs the whole gradient: mean gradient norm and Taylor salience')
    .option(
      '--adapter <dir>',
      'also the squared gradient of B at B = 0, for the A of this PEFT adapter',
      absolute,
    )
    .option(
      '--targets <names...>',
      'gate-fisher: modules that get an adapter, by the ends of their paths; all where absent',
    )
    .option('--rank <r>', 'gate-fisher, eva: rank of the adapters', positiveInteger, 8)
    .option('--experts <n>', 'gate-fisher: experts of each', positiveInteger, 4)
    .option('--warmup-steps <n>', 'gate-fisher: training steps before gates are scored', positiveInteger, 50)
    .option('--warmup-learning-rate <x>', 'gate-fisher: learning rate of these steps', positiveNumber, 2e-4)
    .option(
      '--processes <n>',
      'processes that share the samples; as many as cores and memory allow where absent',
      positiveInteger,
      'auto' as never,
    )
    .addOption(
      new Option('--memory <mode>', 'streaming: one block in memory at a time, whatever would fit')
        .choices(['auto', 'streaming'])
        .default('auto'),
    )
    .option('--resume <run>', 'go on with this stopped run, given the same options', absolute)
    .option('--per-sample', 'keep the value of every sample')
    .option('--json <file>', 'write the scores to this file instead of printing a table', absolute)
    .action(score);
}

async function score(options: Options): Promise<void> {
  if (options.json !== undefined) await requireWritable(options.json);
  const {
    text,
    label,
    prompt,
    kind,
    data,
    json,
    perSample,
    taylor,
    resume,
    memory,
    executor,
    atOnce,
    ...others
  } = options;
  const { targets, rank, experts, warmupSteps, warmupLearningRate, untilSure, ...rest } = others;
  const name = path.basename(data).replace(/\..*$/, '');
  const request: ScoreRequest = {
    ...rest,
    modelName: path.relative(process.cwd(), rest.model) || '.',
    perSample: perSample === true,
    taylor: taylor === true || rest.estimator === 'taylor',
    memory,
    ...(untilSure === undefined ? {} : { untilSure: { level: untilSure } }),
    ...(rest.estimator === 'eva' ? { components: evaComponents(rank) } : {}),
    ...(rest.estimator === 'gate-fisher'
      ? { gates: { targets, adapter: { rank, alpha: 2 * rank, experts }, warmupSteps, warmupLearningRate } }
      : {}),
    tasks: [{ name, kind, file: data, text, label, prompt }],
  };
  // Named after the data with its ending: no experiment is called like that, so runs of the two are told apart.
  const run = resume ?? newRunFolder(path.join(process.cwd(), path.basename(data)), 'score', new Date());
  const resumes = resume !== undefined;
  const writer = await drawnRun(run, 'the same command with', resumes, (told) =>
    scoreRun(
      request,
      undefined,
      {
        ...{ run, job: 'score', device: options.device, version, resume: resumes, told },
        executor: executorOf({ executor, jobs: { atOnce } }),
      },
      interruptSignal(),
    ),
  );
  for (const warning of noiseWarnings(writer.state)) say(warning);
  if (json === undefined) {
    print(layerTable(writer.state).join('\n'));
    return;
  }
  const { scores } = await readJsonAs(path.join(run, runFiles.scores), runScoresSchema, {
    what: 'The score file',
    missing: 'scores-invalid',
    invalid: 'scores-invalid',
    next: 'Score again.',
  });
  await writeFileAtomic(json, `${JSON.stringify(scores[0], null, 1)}\n`);
  say(`Wrote ${json}`);
}
