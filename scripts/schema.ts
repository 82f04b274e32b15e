import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentJsonSchema } from '../src/configs/experiment/jsonSchema';

/** Writes media/schemas/experiment.schema.json; run it after every change of src/configs/experiment/schema.ts. */
const folder = join(import.meta.dirname, '../media/schemas');
mkdirSync(folder, { recursive: true });
const file = join(folder, 'experiment.schema.json');
writeFileSync(file, `${JSON.stringify(experimentJsonSchema(), undefined, 2)}\n`);
console.log(`Wrote ${file}.`);
