import type { AdapterKind, TrainerFormat } from './description';
import { fields, type Field, type KeyTable } from './fields';
import { fieldDocs } from './facts/fieldDocs';
import { fieldTypes, type FieldType } from './fieldTypes';
import type { Format } from './formats/format';
import { jsonFormats, yamlFormats } from './formats/formats';

type Schema = Record<string, unknown>;

/** Name of a format's schema in media/schemas. */
export const schemaName = (id: TrainerFormat): string => (id === 'peft' ? 'adapter_config' : id);

/** The formats that have a schema. A format of several shapes under one id has one schema for all. */
export const formatsWithSchema: readonly Format[] = [...jsonFormats, ...yamlFormats];

/**
 * The JSON schema (draft 7) of a trainer's file, made from its table of keys. It says what the keys are for and offers their
 * values. It allows every other key and calls nothing wrong that the trainer might take: what is wrong the rules say.
 */
export function configJsonSchema(format: Format): Schema {
  const schema: Schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `${format.name} configuration`,
    description: `Keys about adapters, with what they mean. ${format.documentation}`,
    type: 'object',
    properties: {},
  };
  for (const kind of ['lora', 'adalora', 'lily'] satisfies AdapterKind[])
    addKeys(schema, format.keysOf(kind));
  if (format.id === 'peft') Object.assign(propertiesOf(schema), { peft_type: peftType });
  return schema;
}

const peftType: Schema = {
  description: 'Which of PEFT’s adapters this is. Adapter Lab reads LORA, ADALORA and LILY.',
  type: 'string',
  examples: ['LORA', 'ADALORA', 'LILY'],
};

function addKeys(schema: Schema, keys: KeyTable): void {
  for (const field of fields) {
    const path = keys[field]?.split('.') ?? [];
    const name = path.pop();
    if (name === undefined) continue;
    let map = schema;
    for (const part of path) map = propertiesOf(map)[part] ??= { type: 'object', properties: {} };
    propertiesOf(map)[name] ??= keySchema(field);
  }
}

const propertiesOf = (schema: Schema): Record<string, Schema> =>
  (schema['properties'] ??= {}) as Record<string, Schema>;

function keySchema(field: Field): Schema {
  const { type, values } = fieldTypes[field];
  return {
    description: fieldDocs[field],
    ...types[type],
    ...(values && type !== 'flag' ? { examples: values } : {}),
  };
}

/** null is how PEFT writes that nothing is said. */
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const names: Schema = { type: 'array', items: { type: 'string' } };

const types: Readonly<Record<FieldType['type'], Schema>> = {
  count: { type: ['integer', 'null'], minimum: 1 },
  number: { type: ['number', 'null'] },
  flag: { type: ['boolean', 'null'] },
  text: { type: ['string', 'boolean', 'null'] },
  names: orNull({ anyOf: [{ type: 'string' }, names] }),
  layers: orNull({ anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] }),
  // AdaLoRA's has lists of booleans in the place of numbers.
  pattern: { type: ['object', 'null'] },
  object: {},
};
