import { Option, type Command } from 'commander';
import path from 'node:path';
import { scoreModel } from '../../engine/scoreModel';
import { writeFileAtomic } from '../../files/atomic';
import { requireWritable } from '../../files/writable';
import { layerTable, noiseWarnings } from '../../planning/report';
import type { RunEvent, UnstampedRunEvent } from '../../shared/runEvents';
import { applyEvent, emptyRun } from '../../shared/runState';
import { estimators, type Device, type Estimator, type TaskKind } from '../../shared/words';
import { absolute, deviceOption, integer, positiveInteger } from '../options';
import { Progress } from '../progress';
import { interruptSignal, print, say } from '../terminal';

interface Options {
  model: string;
  data: string;
  kind: TaskKind;
  text: string;
  label: string;
  prompt?: string;
  estimator: Estimator;
  samples: number;
  batchSize: number;
  maxLength: number;
  device: Device | 'auto';
  seed: number;
  perSample?: boolean;
  json?: string;
}

/** `adapter-lab score`: the scores of one data file, without an experiment. */
export function addScore(program: Command): void {
  program
    .command('score')
    .description('score every linear module of a model on a data file')
    .requiredOption('--model <dir>', 'Hugging Face model folder', absolute)
    .requiredOption(
      '--data <file>',
      'JSONL file: text columns, or input_ids that are already tokenized',
      absolute,
    )
    .addOption(
      new Option('--kind <kind>', 'what a line is')
        .choices(['classification', 'causal-lm'])
        .default('causal-lm'),
    )
    .option('--text <column>', 'column of the text', 'text')
    .option('--label <column>', 'column of the label', 'label')
    .option('--prompt <template>', 'prompt of a classification line; {text} stands for the text')
    .addOption(new Option('--estimator <name>', 'how to score').choices([...estimators]).default('fisher'))
    .option('--samples <n>', 'samples at most', positiveInteger, 256)
    .option('--batch-size <n>', 'samples computed at a time', positiveInteger, 8)
    .option('--max-length <n>', 'tokens after which a sample is cut', positiveInteger, 256)
    .addOption(deviceOption())
    .option('--seed <n>', 'which samples of a larger file', integer, 1)
    .option('--per-sample', 'keep the value of every sample')
    .option('--json <file>', 'write the scores to this file instead of printing a table', absolute)
    .action(score);
}

async function score(options: Options): Promise<void> {
  if (options.json !== undefined) await requireWritable(options.json);
  const progress = new Progress();
  const name = path.basename(options.data).replace(/\..*$/, '');
  let state = emptyRun;
  const { text, label, prompt, kind, data, json, perSample, ...rest } = options;
  const { scores } = await scoreModel(
    {
      ...rest,
      modelName: path.relative(process.cwd(), rest.model) || '.',
      perSample: perSample === true,
      tasks: [{ name, kind, file: data, text, label, prompt }],
    },
    (event: UnstampedRunEvent) => {
      state = applyEvent(state, { at: '', ...event } as RunEvent);
      progress.update(event);
    },
    interruptSignal(),
  );
  progress.end();
  for (const warning of noiseWarnings(state)) say(warning);
  if (json === undefined) {
    print(layerTable(state).join('\n'));
    return;
  }
  await writeFileAtomic(json, `${JSON.stringify(scores[0], null, 1)}\n`);
  say(`Wrote ${json}`);
}
