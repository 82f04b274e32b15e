import * as vscode from 'vscode';
import { configJsonSchema, formatsWithSchema, schemaName } from '../../configs/trainers/jsonSchema';
import { readTrainerConfigs } from '../../configs/trainers/read';
import { mayBeConfig, syntaxOfDocument } from './recognize';

/** Red Hat's YAML extension, as far as schemas by content go (its `registerContributor`). */
interface YamlExtension {
  registerContributor(
    schema: string,
    requestSchema: (resource: string) => string | undefined,
    requestSchemaContent: (schema: string) => string | undefined,
    label?: string,
  ): boolean;
}

const id = 'redhat.vscode-yaml';
const scheme = 'adapter-lab-schema';

export const hasYamlExtension = (): boolean => vscode.extensions.getExtension(id) !== undefined;

/**
 * Tells the YAML extension, where it is installed, which files are trainers' configs: their names say nothing, so that no
 * pattern of names could. Without it our own completion says the same.
 */
export function registerYamlSchemas(): vscode.Disposable {
  const extension = vscode.extensions.getExtension<YamlExtension | undefined>(id);
  void extension?.activate().then(
    (yaml) => yaml?.registerContributor?.(scheme, schemaOf, schemaText, 'Adapter Lab'),
    // It could not start, and has said so itself.
    () => undefined,
  );
  return { dispose: () => undefined };
}

/** The schema's uri for a file that is open. */
export function schemaOf(resource: string): string | undefined {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === resource);
  const syntax = document && syntaxOfDocument(document);
  const text = document?.getText() ?? '';
  if (syntax !== 'yaml' || !mayBeConfig(text, syntax)) return undefined;
  const [config] = readTrainerConfigs(text, syntax).configs;
  return config && `${scheme}://schema/${schemaName(config.format)}`;
}

export function schemaText(schema: string): string | undefined {
  const name = schema.slice(schema.lastIndexOf('/') + 1);
  const format = formatsWithSchema.find((one) => schemaName(one.id) === name);
  return format && JSON.stringify(configJsonSchema(format));
}
