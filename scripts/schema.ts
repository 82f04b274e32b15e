import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentJsonSchema } from '../src/configs/experiment/jsonSchema';
import { configJsonSchema, formatsWithSchema, schemaName } from '../src/configs/trainers/jsonSchema';

/**
 * Writes media/schemas/*.schema.json; run it after every change of src/configs/experiment/schema.ts, and of the trainers' tables
 * of keys in src/configs/trainers.
 */
const folder = join(import.meta.dirname, '../media/schemas');
mkdirSync(folder, { recursive: true });
const schemas = new Map<string, unknown>([
  ['experiment', experimentJsonSchema()],
  ...formatsWithSchema.map((format) => [schemaName(format.id), configJsonSchema(format)] as const),
]);
for (const [name, schema] of schemas) {
  const file = join(folder, `${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
  console.log(`Wrote ${file}.`);
}
