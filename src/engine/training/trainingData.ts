import type { Experiment, ExperimentTask } from '../../configs/experiment/experiment';
import { hashFile } from '../../files/hash';
import { sampleLines, type DataLine } from '../../models/dataFile';
import { packSamples } from '../../models/packing';
import type { AnySample, Sample } from '../../models/samples';
import { seededShuffle } from '../../models/shuffle';
import { truncationNote } from '../../models/truncation';
import type { TextTokenizer } from '../../models/tokenizer';
import type { Transformer } from '../../models/transformer';
import type { TaskSource } from '../../shared/taskSource';
import { hashSamples, readSamples } from '../prepare';
import type { EvaluationItem, EvaluationSet } from './evaluate';
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

/** Samples of a task that evaluations look at, at most. */
const judged = 256;
/** Share of a task's training data that is held out where it has no validation data. */
const heldOut = 0.1;
const everything = Number.MAX_SAFE_INTEGER;

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
    const all = await sampleLines(task.train, everything, 0);
    const labels = labelsOf(task, model, all);
    const [own, held] = task.validation === undefined ? split(all) : [all, undefined];
    if (held !== undefined)
      notes.push(
        `${task.name} has no validation data: ${held.length} samples of its training data are held out.`,
      );
    const judge = async (file: string, lines: readonly DataLine[] | undefined): Promise<EvaluationSet> => {
      const chosen = lines ?? (await sampleLines(file, judged, 0));
      if (lines === undefined) inputs.push({ name: task.name, file, hash: await hashFile(file) });
      const items = chosen.map((line) => itemOf(line, { ...task, file }, labels, read));
      return { task: task.name, items };
    };
    const mine = read(own, task.train);
    const cut = truncationNote(mine);
    if (cut !== undefined) notes.push(`${task.name}: ${cut}.`);
    const rows = train.packing && task.kind === 'causal-lm' ? packSamples(mine as Sample[], maxLength) : mine;
    samples.push(...rows);
    mixture.push({ size: rows.length, weight: task.weight });
    inputs.push({ name: task.name, file: task.train, hash: await hashFile(task.train) });
    validation.push(await judge(task.validation ?? task.train, held));
    if (task.test !== undefined) test.push(await judge(task.test, undefined));
    if (labels !== undefined)
      notes.push(
        `${task.name}: ${labels.length} classes (${labels.join(', ')}), each as the text behind the prompt; the loss is of its tokens, the answer the likeliest label by mean log-likelihood.`,
      );
  }
  return { samples, mixture, validation, test, inputs, samplesHash: hashSamples(samples), notes };
}

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
