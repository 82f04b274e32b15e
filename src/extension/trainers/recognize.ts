import type * as vscode from 'vscode';
import type { Syntax } from '../../configs/trainers/tree';
import { experimentEnding } from '../../shared/ids';

export const isExperiment = ({ scheme, path }: vscode.Uri): boolean =>
  scheme === 'file' && path.endsWith(experimentEnding);

/** VS Code's languages that a trainer's config may be written in. */
const syntaxByLanguage: Readonly<Record<string, Syntax>> = {
  json: 'json',
  jsonc: 'json',
  yaml: 'yaml',
  python: 'python',
};
export const languages: readonly string[] = Object.keys(syntaxByLanguage);

/**
 * A word that every file of a trainer has. Cheap, because each file that is opened is looked at; whether it is one the
 * parsers say, which are loaded only then.
 */
const words: Readonly<Record<Syntax, RegExp>> = {
  json: /"(?:peft_type|finetuning_type)"/,
  yaml: /^[ \t]*["']?(?:base_model|finetuning_type|lora|lora_\w+|peft_config|use_peft)["']?[ \t]*:|^[ \t]*model_type[ \t]*:[ \t]*["']?llm\b|\btorchtune\./m,
  python: /\b(?:LoraConfig|AdaLoraConfig|LilyConfig|EvaConfig|get_peft_model)\b/,
};

/** Larger files are data. */
const longest = 1_000_000;

/** The language of a document that may be a trainer's config; undefined for experiments, which have features of their own. */
export function syntaxOfDocument({ uri, languageId }: vscode.TextDocument): Syntax | undefined {
  if (uri.scheme !== 'file' || isExperiment(uri)) return undefined;
  return Object.hasOwn(syntaxByLanguage, languageId) ? syntaxByLanguage[languageId] : undefined;
}

/** Whether a text has a word that a trainer's config has. */
export const mayBeConfig = (text: string, syntax: Syntax): boolean =>
  text.length <= longest && words[syntax].test(text);

/** The file of a config that a command was given, or that is being edited; undefined for all others. */
export function configGiven(given: unknown, edited: vscode.TextDocument | undefined): vscode.Uri | undefined {
  const uri = given as Partial<vscode.Uri> | undefined;
  if (typeof uri?.scheme === 'string')
    return isExperiment(given as vscode.Uri) ? undefined : (given as vscode.Uri);
  const syntax = edited && syntaxOfDocument(edited);
  return syntax && mayBeConfig(edited.getText(), syntax) ? edited.uri : undefined;
}
