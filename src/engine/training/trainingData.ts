import type { Experiment, ExperimentTask } from '../../configs/experiment/experiment';
import { hashFile } from '../../files/hash';
import { sampleLines, type DataLine } from '../../models/dataFile';
import { packSamples } from '../../models/packing';
import type { AnySample, Sample } from '../../models/samples';
import { seededShuffle } from '../../shared/shuffle';
import { truncationNote } from '../../models/truncation';
import type { TextTokenizer } from '../../models/tokenizer';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import type { TaskSource } from '../../shared/taskSource';
import { hashSamples, readSamples } from '../prepare';
import { evaluationSet, type EvaluationItem, type EvaluationSet } from './evaluate';
import type { Mixture } from './stepBatches';

/** What an experiment trains on and is judged by. */
export interface TrainingData {
  /** Of all tasks, one behind the other. */
  readonly samples: readonly AnySample[];
  readonly mixture: Mixture;
  readonly validation: readonly EvaluationSet[];
  /** Empty where no task has a test split. */
  readonly test: readonly EvaluationSet[];
  readonly inputs: readonly { readonly name: string; readonly file: string; readonly hash: string }[];
  /** Of all samples as they are computed. */
  readonly samplesHash: string;
  /** How classification is put to the model, and what was held out, for people. */
  readonly notes: readonly string[];
}

/** Samples of a task that evaluations during the training look at, at most. */
const judged = 256;
/** Share of a task's training data that is held out where it has no validation data. */
const heldOut = 0.1;
const everything = Number.MAX_SAFE_INTEGER;
/** Labels that a causal model is asked about for each sample, at most. */
const mostLabels = 100;

/**
 * Reads every task's data.
 * @throws LabError what the data has wrong, by file and line
 */
export async function readTrainingData(
  { tasks, train }: Experiment,
  model: Transformer,
  tokenizer: TextTokenizer | undefined,
): Promise<TrainingData> {
  const maxLength = Math.min(train.maxLength, model.spec.maxLength);
  const samples: AnySample[] = [];
  const mixture: { size: number; weight: number }[] = [];
  const validation: EvaluationSet[] = [];
  const test: EvaluationSet[] = [];
  const inputs: { name: string; file: string; hash: string }[] = [];
  const notes: string[] = [];
  for (const task of tasks) {
    const read = (lines: readonly DataLine[], file: string): AnySample[] =>
      readSamples(lines, { ...task, file }, model, tokenizer, maxLength);
    const use = async (file: string, count: number): Promise<DataLine[]> => {
      inputs.push({ name: task.name, file, hash: await hashFile(file) });
      return sampleLines(file, count, 0);
    };
    const all = await use(task.train, everything);
    const [own, held] =
      task.validation === undefined ? split(all) : [all, await use(task.validation, judged)];
    if (own.length === 0) throw tooFew(task);
    if (task.validation === undefined) {
      notes.push(`${task.name} has no validation data: ${held.length} of its training samples are held out.`);
    }
    const tests = task.test === undefined ? [] : await use(task.test, everything);
    const labels = labelsOf(task, model, [...all, ...held, ...tests]);
    const judge = (file: string, lines: readonly DataLine[]): EvaluationSet => {
      // Together first: what all rows lack is said of the file, and what one lacks of its line.
      read(lines, file);
      return evaluationSet(
        task.name,
        lines.map((line) => itemOf(line, { ...task, file }, labels, read)),
      );
    };
    const mine = read(own, task.train);
    const cut = truncationNote(mine);
    if (cut !== undefined) notes.push(`${task.name}: ${cut}.`);
    const rows = train.packing && task.kind === 'causal-lm' ? packSamples(mine as Sample[], maxLength) : mine;
    // One by one: a call has room for some hundred thousand arguments, and a file may have more rows.
    for (const row of rows) samples.push(row);
    mixture.push({ size: rows.length, weight: task.weight });
    validation.push(judge(task.validation ?? task.train, held));
    if (task.test !== undefined) test.push(judge(task.test, tests));
    if (labels !== undefined) {
      notes.push(
        `${task.name}: ${labels.length} classes (${labels.join(', ')}), each as the text behind the prompt; the loss is of its tokens, the answer the likeliest label by mean log-likelihood.`,
      );
    }
  }
  const judgedSamples = [...validation, ...test].flatMap((set) => set.samples);
  const samplesHash = `${hashSamples(samples)} ${hashSamples(judgedSamples)}`;
  return { samples, mixture, validation, test, inputs, samplesHash, notes };
}

const tooFew = ({ name, train }: ExperimentTask): LabError =>
  new LabError(
    'data-empty',
    `${train} has one row, and task ${name} no validation data: nothing would be left to train on.`,
    'Give validation data, or more rows.',
  );

/** The label texts that a causal model chooses among; undefined where it need not. */
function labelsOf(
  task: ExperimentTask,
  model: Transformer,
  lines: readonly DataLine[],
): string[] | undefined {
  if (model.spec.head.kind !== 'language' || task.kind !== 'classification') return undefined;
  const column = task.label ?? 'label';
  const found = lines.flatMap(({ record }) => ('input_ids' in record ? [] : [String(record[column])]));
  const labels = [...new Set(found)].sort();
  if (labels.length > mostLabels) {
    throw new LabError(
      'option-invalid',
      `Column "${column}" of task ${task.name} has ${labels.length} different values; a model would be asked about each of them for every sample.`,
      `Name a column of at most ${mostLabels} labels, or use kind causal-lm.`,
    );
  }
  return labels.length < 2 ? undefined : labels;
}

/** A seeded tenth of the lines, one at least, apart from the rest. */
function split(lines: readonly DataLine[]): [rest: DataLine[], held: DataLine[]] {
  const count = Math.min(judged, Math.max(1, Math.round(heldOut * lines.length)));
  const held = new Set(seededShuffle([...lines.keys()], 0).slice(0, count));
  return [lines.filter((_, index) => !held.has(index)), lines.filter((_, index) => held.has(index))];
}

function itemOf(
  line: DataLine,
  task: ExperimentTask & TaskSource,
  labels: readonly string[] | undefined,
  read: (lines: readonly DataLine[], file: string) => AnySample[],
): EvaluationItem {
  const { record, where } = line;
  const column = task.label ?? 'label';
  const own = labels?.indexOf(String(record[column])) ?? -1;
  if (labels === undefined || own < 0) {
    const candidates = read([line], task.file);
    const [sample] = candidates;
    const label = sample !== undefined && 'label' in sample ? sample.label : 0;
    return { candidates, expected: label, truth: 0 };
  }
  const lines = labels.map((label) => ({ record: { ...record, [column]: label }, where }));
  return { candidates: read(lines, task.file), expected: own, truth: own };
}
