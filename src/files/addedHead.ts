import { readModelFolder, type ModelFolder } from './modelFolder';
import { readSafetensorsHeader } from './safetensors';
import { writeSafetensors, type TensorToWrite } from './safetensorsWrite';

/**
 * A model folder, and where its checkpoint has no classification head, one from a file beside it.
 *
 * @param dir absolute path of the model
 * @param head absolute path of a file that `writeHead` made
 * @throws LabError what `readModelFolder` and `readSafetensorsHeader` throw
 */
export async function readModelWithHead(dir: string, head: string | undefined): Promise<ModelFolder> {
  const folder = await readModelFolder(dir);
  return head === undefined ? folder : addHead(folder, head);
}

/** Of classes, `id2label` and `label2id` as config.json has them. */
const labelMaps = (labels: readonly string[]) => ({
  id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
  label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
});

async function addHead(folder: ModelFolder, file: string): Promise<ModelFolder> {
  const { tensors, metadata } = await readSafetensorsHeader(file);
  const labels = JSON.parse(metadata['labels'] ?? '[]') as string[];
  const added = [...tensors].map(([name, entry]) => [name, { ...entry, file }] as const);
  return {
    ...withClasses(folder, labels.length, [...tensors.keys()]),
    config: { ...folder.config, ...labelMaps(labels) },
    tensors: new Map([...folder.tensors, ...added]),
  };
}

/** The folder as that of a model that classifies, whose head is still to come. */
export const withClasses = (
  folder: ModelFolder,
  classes: number,
  tensors: readonly string[] = [],
): ModelFolder => ({ ...folder, architecture: classifierOf(folder), addedHead: { classes, tensors } });

/** The class of transformers that puts a classifier on such a model: `BertForSequenceClassification`. */
function classifierOf({ architecture, modelType }: ModelFolder): string {
  const stem = architecture.replace(/(For[A-Z]\w*|LMHeadModel|Model)$/, '');
  return `${stem}For${modelType === 'vit' ? 'Image' : 'Sequence'}Classification`;
}

/** Writes a head with the names of its classes, whole or not at all. */
export const writeHead = (
  file: string,
  tensors: readonly Omit<TensorToWrite, 'dtype'>[],
  labels: readonly string[],
): Promise<void> =>
  writeSafetensors(
    file,
    tensors.map((tensor) => ({ ...tensor, dtype: 'F32' })),
    { format: 'pt', labels: JSON.stringify(labels) },
  );
