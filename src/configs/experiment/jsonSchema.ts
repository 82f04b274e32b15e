import * as z from 'zod';
import { experimentFileSchema } from './schema';

/** The JSON schema of experiments for editors (draft 7, which YAML language servers read), made from the one that parses. */
export function experimentJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(experimentFileSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'Adapter Lab experiment',
    description: 'An experiment with adapters: model, tasks, method and budget. Files end in .adapter.yaml.',
    ...schema,
  };
}
