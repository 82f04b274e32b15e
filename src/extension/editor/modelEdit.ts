import { isDeepStrictEqual } from 'node:util';
import { isMap } from 'yaml';
import { replaceInLine } from '../../configs/experiment/blockValue';
import { quoted } from '../../configs/experiment/planRows';
import { applyEdits, type TextEdit } from '../../configs/text/textEdit';
import { findPair, parseYaml, rangeOf } from '../../configs/text/yamlText';
import { LabError } from '../../shared/errors';

/**
 * The edits that put another folder behind `model:`. Every other byte stays, and the value keeps its quotes.
 *
 * @param folder as it shall be written: relative to the experiment, with forward slashes
 * @throws LabError `experiment-invalid` where the text has no such key, is not YAML, or repeats the value elsewhere
 */
export function modelEdits(text: string, folder: string): TextEdit[] {
  const { contents } = parseYaml(text);
  const pair = isMap(contents) ? findPair(contents, 'model') : undefined;
  if (pair) {
    const first = text.charAt(rangeOf(pair.value)?.start ?? text.length);
    const edits = replaceInLine(text, pair, quoted(folder, first === '"' || first === "'" ? first : ''));
    const before = valueOf(text);
    if (before && isDeepStrictEqual(valueOf(applyEdits(text, edits)), { ...before, model: folder }))
      return edits;
  }
  throw new LabError(
    'experiment-invalid',
    'The folder cannot be written into the experiment without changing other parts of it.',
    `Write "model: ${folder}" by hand.`,
  );
}

function valueOf(text: string): object | undefined {
  const document = parseYaml(text);
  try {
    return document.errors.length === 0 ? (document.toJS({ maxAliasCount: 100 }) as object) : undefined;
  } catch {
    // An alias without its anchor.
    return undefined;
  }
}
