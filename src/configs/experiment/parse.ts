import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileError } from '../../files/fileError';
import { LabError } from '../../shared/errors';
import { experimentEnding } from '../../shared/ids';
import { toExperiment, type Experiment } from './experiment';
import type { Issue } from './issue';
import { experimentFileSchema } from './schema';
import { schemaIssues } from './schemaIssues';
import { semanticIssues } from './semanticIssues';
import { syntaxIssues } from './syntaxIssues';
import { parseYaml, positionAt } from '../text/yamlText';

export interface ParsedExperiment {
  /** Absent where there is an error; warnings leave it. */
  readonly experiment?: Experiment;
  /** In the order of the text. */
  readonly issues: readonly Issue[];
}

/**
 * Parses an experiment with every fault placed in the text. Never throws, whatever the text.
 *
 * @param text the whole file; offsets in the issues count its UTF-16 units
 * @param file absolute path, for the paths in it; the disk is not touched
 */
export function parseExperiment(text: string, file: string): ParsedExperiment {
  const document = parseYaml(text);
  if (document.errors.length > 0) return { issues: sorted(syntaxIssues(document.errors, text)) };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    // An alias without its anchor, or aliases of aliases that would fill the memory.
    const message = `The YAML cannot be resolved: ${thrown instanceof Error ? thrown.message : String(thrown)}.`;
    const range = { start: 0, end: text.length };
    const next = 'Write the values out in place of the aliases.';
    return { issues: [{ code: 'experiment-syntax', severity: 'error', message, next, range }] };
  }
  const decoded = experimentFileSchema.safeParse(value);
  if (!decoded.success) return { issues: sorted(schemaIssues(decoded.error.issues, document, value)) };
  const issues = sorted(semanticIssues(decoded.data, document));
  if (issues.some(({ severity }) => severity === 'error')) return { issues };
  const has = (block: string): boolean => Object.hasOwn(value as object, block);
  return { experiment: toExperiment(decoded.data, file, has), issues };
}

/**
 * Reads an experiment from disk.
 *
 * @throws LabError `experiment-missing`, or the first error as `file:line:column: what is wrong`
 */
export async function readExperiment(path: string): Promise<Experiment> {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    throw fileError(
      thrown,
      'experiment-missing',
      'The experiment',
      file,
      'Check the path of the experiment.',
    );
  }
  const { experiment, issues } = parseExperiment(text, file);
  if (experiment) return experiment;
  const issue = issues.find(({ severity }) => severity === 'error');
  const { line, column } = positionAt(text, issue?.range.start ?? 0);
  if (issue && !file.endsWith(experimentEnding)) {
    // Most likely the config of a trainer, which "Add version" would lead astray.
    throw new LabError(
      issue.code,
      `${file}:${line + 1}:${column + 1}: ${issue.message.replace(/\.$/, '')}, and the file is not called *${experimentEnding}.`,
      "Name an experiment. A trainer's own config is read by adapter-lab check, and an experiment names it as target_config.",
    );
  }
  throw new LabError(
    issue?.code ?? 'experiment-invalid',
    `${file}:${line + 1}:${column + 1}: ${issue?.message ?? 'The experiment is not valid.'}`,
    issue?.next ?? 'Correct the file.',
  );
}

const sorted = (issues: Issue[]): Issue[] => issues.sort((a, b) => a.range.start - b.range.start);
