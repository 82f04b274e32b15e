import { readFileSync } from 'node:fs';

/**
 * Writes the inputs of a reference folder as the lines that the command line takes, padded as they are:
 *
 *     npx tsx scripts/reference/toJsonl.ts test/reference/data/bert-1/inputs.json > bert.jsonl
 *     adapter-lab score test/reference/data/bert-1 --data bert.jsonl --kind classification
 */

/** The fields of an inputs.json; test/reference/data/README.md says what they mean. */
export interface ReferenceInputs {
  readonly task: 'causal-lm' | 'sequence-classification' | 'image-classification';
  readonly lengths?: readonly number[];
  readonly input_ids?: readonly (readonly number[])[];
  readonly attention_mask?: readonly (readonly number[])[];
  readonly token_type_ids?: readonly (readonly number[])[];
  /** [sample][channel][row][column] */
  readonly pixel_values?: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly labels: readonly number[] | readonly (readonly number[])[];
}

const columns = ['input_ids', 'attention_mask', 'token_type_ids', 'pixel_values', 'labels'] as const;

/** One line a sample, with the columns that the inputs have. */
export function linesOf(inputs: ReferenceInputs): Record<string, unknown>[] {
  return inputs.labels.map((_, sample) =>
    Object.fromEntries(
      columns.flatMap((column) => {
        const values = inputs[column];
        return values === undefined ? [] : [[column, values[sample]]];
      }),
    ),
  );
}

/** The lines as a file's text. */
export const jsonlOf = (inputs: ReferenceInputs): string =>
  linesOf(inputs)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');

function main(): void {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    console.error('Usage: npx tsx scripts/reference/toJsonl.ts <inputs.json>');
    process.exitCode = 1;
    return;
  }
  process.stdout.write(jsonlOf(JSON.parse(readFileSync(file, 'utf8')) as ReferenceInputs));
}

if (require.main === module) main();
