import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fields } from '../../../../src/configs/trainers/fields';
import { configJsonSchema, formatsWithSchema, schemaName } from '../../../../src/configs/trainers/jsonSchema';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly description?: string;
}

const folder = path.resolve(__dirname, '../../../../media/schemas');

describe('the JSON schemas of trainers’ files', () => {
  for (const format of formatsWithSchema) {
    it(`${format.id}: the one that is shipped is what the table gives (npm run schema)`, async () => {
      const shipped = await readFile(path.join(folder, `${schemaName(format.id)}.schema.json`), 'utf8');
      assert.deepEqual(JSON.parse(shipped), configJsonSchema(format));
    });

    it(`${format.id}: has every key of the format, with what it is for`, () => {
      const keys = format.keysOf('lora');
      for (const field of fields) {
        const key = keys[field];
        if (key === undefined) continue;
        const found = key
          .split('.')
          .reduce<Schema | undefined>((schema, part) => schema?.properties?.[part], configJsonSchema(format));
        assert.ok(found?.description, `${field}: ${key}`);
      }
    });
  }
});
