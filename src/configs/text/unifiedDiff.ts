import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { applyEdits, type TextEdit } from './textEdit';

/**
 * Edits as a unified diff that git applies.
 *
 * @param edits sorted, as for `applyEdits`
 * @param name of the file, with forward slashes
 * @returns empty where nothing changes
 */
export function unifiedDiff(name: string, text: string, edits: readonly TextEdit[]): string {
  const after = applyEdits(text, edits);
  if (after === text) return '';
  return createTwoFilesPatch(`a/${name}`, `b/${name}`, text, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
