import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { jsonlOf, type ReferenceInputs } from '../../scripts/reference/toJsonl';
import { fixtureFolder } from '../reference/fixture';

/** A tiny Llama with PyTorch's numbers for it (test/reference/data/README.md). */
export const referenceModel = fixtureFolder('llama-1');

/** Writes the inputs of a folder of PyTorch's numbers as lines of data, padded as they are. */
export async function writeReferenceData(file: string, name = 'llama-1'): Promise<void> {
  const inputs = readFileSync(path.join(fixtureFolder(name), 'inputs.json'), 'utf8');
  await writeFile(file, jsonlOf(JSON.parse(inputs) as ReferenceInputs));
}
