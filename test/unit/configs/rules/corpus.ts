import { applyEdits } from '../../../../src/configs/text/textEdit';
import { readAgain } from '../../../../src/configs/trainers/read';
import { findings, syntaxFindings, type Told } from '../../../../src/configs/trainers/rules/rules';
import { corpus, readCorpus, type CorpusFile } from '../trainers/corpus';
import { models } from './models';

/** The files that show rules, `rules/D1-slip.json`, and files as trainers publish them. */
export const rulesCorpus = corpus().filter(({ folder }) => folder === 'rules');

export const isAbout = ({ name }: CorpusFile, what: string): boolean => name.startsWith(`rules/${what}-`);

/** All findings in a text, on the base models of the tests. */
export function findingsOf({ text, syntax }: Pick<CorpusFile, 'text' | 'syntax'>): Told[] {
  const read = (whole: string) => readCorpus(whole, syntax);
  const { configs, faults } = read(text);
  return [
    ...syntaxFindings(text, faults),
    ...configs.flatMap((config) =>
      findings(text, config, models[config.settings.baseModel ?? ''], readAgain(config, read)),
    ),
  ];
}

/** What a golden file keeps of them: only the lines that a fix changes, as a patch has them. */
export const shown = (text: string, found: readonly Told[]): unknown[] =>
  found.map(({ id, severity, message, range, fixes }) => ({
    id,
    severity,
    message,
    covers: text.slice(range.start, range.end),
    fixes: fixes.map(({ title, edits }) => ({ title, changes: changed(text, applyEdits(text, edits)) })),
  }));

function changed(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  return [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ];
}
