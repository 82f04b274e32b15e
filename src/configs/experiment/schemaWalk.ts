import * as z from 'zod';
import { experimentFileSchema } from './schema';

export type SchemaPath = readonly (string | number)[];

/** What the schema says about one place of an experiment file. */
export interface SchemaInfo {
  readonly description: string | undefined;
  /** Keys that may stand there; empty where it is no block, or its keys are free. */
  readonly keys: readonly string[];
  /** Values that may stand there, where there is a choice of names. */
  readonly values: readonly string[];
  /** The value that is used where nothing is written, as YAML would show it in one line. */
  readonly defaultText: string | undefined;
}

/**
 * Looks a place up in the schema: for hovers, completions and messages.
 *
 * @param path keys and list positions from the top of the file
 * @returns undefined where the schema has no such place
 */
export function schemaInfo(path: SchemaPath): SchemaInfo | undefined {
  let schema: z.core.$ZodType = experimentFileSchema;
  for (const step of path) {
    const next = child(inner(schema), step);
    if (!next) return undefined;
    schema = next;
  }
  const core = inner(schema);
  const description = schema instanceof z.ZodType ? schema.description : undefined;
  const innerDescription = core instanceof z.ZodType ? core.description : undefined;
  return {
    description: description ?? innerDescription,
    keys: core instanceof z.ZodObject ? Object.keys(core.shape) : [],
    values: core instanceof z.ZodEnum ? core.options.map(String) : [],
    defaultText: defaultOf(schema),
  };
}

function child(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    return Object.hasOwn(shape, step) ? shape[String(step)] : undefined;
  }
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** Without the wrappings of defaults and optional fields. */
function inner(schema: z.core.$ZodType): z.core.$ZodType {
  for (let current = schema; ;) {
    if (
      current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault ||
      current instanceof z.ZodOptional
    ) {
      current = current.unwrap();
    } else if (current instanceof z.ZodPipe) current = current.in;
    else return current;
  }
}

function defaultOf(schema: z.core.$ZodType): string | undefined {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return undefined;
  const value: unknown = schema.def.defaultValue;
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return typeof value === 'object'
    ? undefined
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
}
