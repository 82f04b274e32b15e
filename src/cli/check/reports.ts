import type { Severity } from '../../configs/trainers/rules/rule';
import type { CheckedFile, Found } from './checkFile';
import { placeAt, placesOf, shownPath } from './places';

/** `file:line:column severity D1 message`, and what to do on the next line. */
export function textReport(files: readonly CheckedFile[]): string[] {
  return files.flatMap(({ file, text, found }) =>
    found.flatMap((one) => {
      const { line, column } = placeAt(text, one.range.start);
      const next = nextOf(one);
      return [
        `${shownPath(file)}:${line}:${column} ${one.severity} ${one.id} ${one.message}`,
        ...(next === undefined ? [] : [`  ${next}`]),
      ];
    }),
  );
}

/** The fix that is most likely meant, a next step, or where to read on. */
function nextOf({ fixes, next, documentation }: Found): string | undefined {
  const [fix] = fixes;
  if (next !== undefined) return `Next: ${next}`;
  if (fix) return `Next: ${fix.title}.`;
  return documentation === undefined ? undefined : `See ${documentation}`;
}

/** All that is known, for programs. */
export const jsonReport = (files: readonly CheckedFile[]): string =>
  JSON.stringify(
    {
      version: 1,
      files: files.map(({ file, text, found, hasBase }) => ({
        file: shownPath(file),
        baseModelFound: hasBase,
        findings: found.map(({ id, severity, message, next, documentation, range, fixes }) => ({
          id,
          severity,
          message,
          next,
          documentation,
          ...placesOf(text, range),
          fixes: fixes.map(({ title, edits }) => ({
            title,
            edits: edits.map((edit) => ({ ...placesOf(text, edit), text: edit.text })),
          })),
        })),
      })),
    },
    null,
    2,
  );

/** How many there are of each severity. */
export function tally(files: readonly CheckedFile[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, information: 0 };
  for (const { found } of files) for (const { severity } of found) counts[severity] += 1;
  return counts;
}
