import { pathToFileURL } from 'node:url';
import { faultKinds, rules } from '../../configs/trainers/rules/rules';
import type { Severity } from '../../configs/trainers/rules/rule';
import type { TextRange } from '../../configs/text/yamlText';
import { version } from '../../shared/version';
import type { CheckedFile } from './checkFile';
import { placesOf, shownPath } from './places';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

interface Descriptor {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly documentation?: string | undefined;
}

/**
 * Findings in the format that code scanning reads: SARIF 2.1.0 (OASIS), lines and columns from 1, columns in UTF-16 units.
 * Paths are relative to the working directory, which has to be the repository's root for GitHub.
 */
export function sarifReport(files: readonly CheckedFile[]): string {
  const descriptors = descriptorsOf(files);
  const index = new Map(descriptors.map(({ id }, at) => [id, at]));
  const results = files.flatMap(({ file, text, found }) => {
    const artifactLocation = locationOf(file);
    const region = (range: TextRange) => regionOf(text, range);
    return found.map(({ id, severity, message, next, range, fixes }) => ({
      ruleId: id,
      ruleIndex: index.get(id),
      level: levels[severity],
      message: { text: next === undefined ? message : `${message} ${next}` },
      locations: [{ physicalLocation: { artifactLocation, region: region(range) } }],
      ...(fixes.length === 0
        ? {}
        : {
            fixes: fixes.map(({ title, edits }) => ({
              description: { text: title },
              artifactChanges: [
                {
                  artifactLocation,
                  replacements: edits.map((edit) => ({
                    deletedRegion: region(edit),
                    insertedContent: { text: edit.text },
                  })),
                },
              ],
            })),
          }),
    }));
  });
  const driver = {
    name: 'Adapter Lab',
    semanticVersion: version,
    rules: descriptors.map(({ id, title, severity, documentation }) => ({
      id,
      shortDescription: { text: `${title}.` },
      ...(documentation === undefined ? {} : { helpUri: documentation }),
      defaultConfiguration: { level: levels[severity] },
    })),
  };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return JSON.stringify(log, null, 2);
}

/** The whole table, and what else was found: the kinds of faults, and errors of experiments. */
function descriptorsOf(files: readonly CheckedFile[]): Descriptor[] {
  const all: Descriptor[] = [
    ...rules,
    ...Object.entries(faultKinds).map(([id, { title, severity }]) => ({ id, title, severity })),
  ];
  const known = new Set(all.map(({ id }) => id));
  for (const { id, severity } of files.flatMap(({ found }) => found)) {
    if (known.has(id)) continue;
    known.add(id);
    all.push({ id, severity, title: 'The experiment is not as it has to be' });
  }
  return all;
}

function locationOf(file: string): { readonly uri: string; readonly uriBaseId?: string } {
  const shown = shownPath(file);
  if (shown.startsWith('../') || /^[A-Za-z]:/.test(shown)) return { uri: pathToFileURL(file).href };
  return { uri: shown.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function regionOf(text: string, range: TextRange): Readonly<Record<string, number>> {
  const { start, end } = placesOf(text, range);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
