import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Experiment } from '../../../src/configs/experiment/experiment';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { ArmTrainer } from '../../../src/engine/judge/armTrainer';
import type { JudgedOutcome } from '../../../src/engine/judge/outcomes';
import { OrderedWrites } from '../../../src/engine/orderedWrites';
import { newManifest } from '../../../src/engine/runRecord';
import { RunWriter } from '../../../src/engine/runWriter';
import { scoreExperiment } from '../../../src/engine/scoreExperiment';
import { prepareTraining, type PreparedTraining } from '../../../src/engine/training/prepareTraining';
import { TrialRunner } from '../../../src/engine/training/trialRunner';
import { runFiles } from '../../../src/files/runs';
import { runScoresSchema, type ScoreFile } from '../../../src/shared/scoreFile';
import { version } from '../../../src/shared/version';
import type { Estimator, ExperimentMethod, Plan } from '../../../src/shared/words';

const sample = path.resolve(__dirname, '../../../media/sample');
const work = path.resolve(__dirname, '../../../.cache/bench-evidence');
const never = new AbortController().signal;

/** How the question of each task ends, and the epochs that are some 160 steps of 8 samples. */
export const evidenceTasks = {
  sentiment: { ending: 'Sentiment:', epochs: 0.64 },
  spam: { ending: 'This mail is:', epochs: 0.8 },
  gloss: { ending: 'Kind:', epochs: 0.71 },
  genre: { ending: 'Genre:', epochs: 0.85 },
} as const;
export type EvidenceTask = keyof typeof evidenceTasks;
export const settings = { batchSize: 8, learningRate: 5e-3, maxLength: 64, samples: 128 } as const;

/** One task's model, data and scores, and trainings on them. */
export class TaskBench {
  private constructor(
    readonly experiment: Experiment,
    private readonly folder: string,
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly trainer: ArmTrainer,
  ) {}

  /** @param other another number of epochs, in a folder of that name */
  static async open(
    task: EvidenceTask,
    other?: { readonly epochs: number; readonly name: string },
  ): Promise<TaskBench> {
    const folder = path.join(work, other?.name ?? task);
    const experiment = await readExperiment(write(folder, task, other?.epochs ?? evidenceTasks[task].epochs));
    const prepared = await prepareTraining({ ...experiment, method: 'lora' }, version, [1], undefined);
    const run = path.join(folder, 'run');
    rmSync(run, { recursive: true, force: true });
    const { file, model } = experiment;
    const about = { run, job: 'judge', version, experiment: file, model, seed: 1 } as const;
    const writer = await RunWriter.create(run, await newManifest(about), () => undefined);
    const options = { run, device: 'auto', resume: false } as const;
    const runner = new TrialRunner(options, prepared, writer, new OrderedWrites(), never);
    const trainer = new ArmTrainer(experiment, prepared, runner, prepared.data.test);
    return new TaskBench(experiment, folder, prepared, writer, trainer);
  }

  get modules() {
    return this.prepared.model.modules;
  }

  /** Trains once. @param change of the experiment, for options of a method */
  async train(
    method: ExperimentMethod,
    plan: Plan,
    seed: number,
    change: Partial<Experiment> = {},
  ): Promise<{ outcome: JudgedOutcome; seconds: number }> {
    const began = performance.now();
    const trainer = Object.keys(change).length === 0 ? this.trainer : this.trainer.with(change);
    const outcome = await trainer.outcomeOf({ arm: 'plan', method, plan, seed }, { heard: () => undefined });
    return { outcome, seconds: (performance.now() - began) / 1000 };
  }

  async scores(estimator: Estimator): Promise<ScoreFile> {
    const { experiment, folder } = this;
    const run = path.join(folder, `scores-${estimator}`);
    const file = path.join(run, runFiles.scores);
    if (!existsSync(file)) {
      rmSync(run, { recursive: true, force: true });
      // A vote of one task needs every sample's scores.
      const method = estimator === 'sensitivity' ? 'lora-smoe' : 'floe';
      const asked = { ...experiment, method, score: { ...experiment.score, estimator } } as const;
      const options = { run, job: 'score', device: 'auto', version, told: () => undefined } as const;
      await scoreExperiment(asked, options, never);
    }
    const { scores } = runScoresSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return scores[0]!;
  }

  async close(): Promise<void> {
    await this.writer.finish('done');
    await this.prepared.model.dispose();
  }
}

/** The first of a task's validation data choose the step; the test data, all of them, are measured. */
function write(folder: string, task: EvidenceTask, epochs: number): string {
  const { ending } = evidenceTasks[task];
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(sample, 'model'), path.join(folder, 'model'), { recursive: true });
  for (const part of ['train', 'test'])
    cpSync(path.join(sample, 'data', `${task}.${part}.jsonl`), path.join(folder, `${part}.jsonl`));
  const lines = readFileSync(path.join(sample, 'data', `${task}.validation.jsonl`), 'utf8').split('\n');
  writeFileSync(path.join(folder, 'validation.jsonl'), `${lines.slice(0, 40).join('\n')}\n`);
  const file = path.join(folder, `${task}.adapter.yaml`);
  const { batchSize, learningRate, maxLength, samples } = settings;
  writeFileSync(
    file,
    `version: 1
model: model
tasks:
  - name: ${task}
    kind: classification
    train: train.jsonl
    validation: validation.jsonl
    test: test.jsonl
    prompt: "{text}\\n${ending}"
method: floe
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16, experts: 2 }
score: { samples: ${samples}, max_length: ${maxLength} }
train: { epochs: ${epochs}, learning_rate: ${learningRate}, batch_size: ${batchSize}, max_length: ${maxLength}, evaluations: 1 }
lily: { stride_a: 2, num_b: 2, scaling: 2 }
dynamic_lora: { layer_weights: true, reallocate: true, interval: 20 }
`,
  );
  return file;
}
