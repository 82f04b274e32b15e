import { isDeepStrictEqual } from 'node:util';
import { LabError } from '../../../shared/errors';
import { sortEdits, startOnNewLine, applyEdits, type TextEdit } from '../../text/textEdit';
import { parseJsonTree } from '../jsonTree';
import type { ConfigNode, MapNode, ParsedTree, Syntax } from '../tree';
import { parseYamlTree } from '../yamlTree';
import { mapEdits, type Change, type Changes } from './nodeEdits';
import { isPlainMap, plainOf, says, type PlainMap, type PlainValue } from './plainValue';
import { styleOf } from './style';

export type { PlainMap, PlainValue } from './plainValue';

/** A text, and the map in it that is edited: a `TrainerConfig` has both of the last. */
export interface EditedMap {
  readonly text: string;
  readonly syntax: Syntax;
  readonly root: MapNode;
}

/** What shall stand behind a key. */
export interface KeyChange {
  /** As in a `KeyTable`: `adapter.r`; a list where a key has dots itself. */
  readonly path: string | readonly string[];
  /** Undefined removes the key. */
  readonly value: PlainValue | undefined;
  /** Which keys a new one comes behind: the first of these that is there. At the end of its map where none is. */
  readonly after?: readonly string[] | undefined;
}

/**
 * The smallest edits that put values behind keys of a user's file, or remove keys. Comments, the order of keys, quotes,
 * indentation and line ends stay; in lists and maps, parts that stay are not touched. What the edits come to is read again
 * and compared before they are given out.
 *
 * @param parse reads the map again out of the text after the edits; must be given for Python
 * @returns sorted, in the text's own offsets; none where the file says it all already
 * @throws LabError `experiment-invalid` where a key cannot be written without changing something else
 */
export function setKeys(
  edited: EditedMap,
  changes: readonly KeyChange[],
  parse = parserFor(edited),
): TextEdit[] {
  const { text, syntax, root } = edited;
  const style = styleOf(text, syntax, root);
  const tree = changesOf(changes);
  const wanted = changed(root, tree, text);
  if (says(root, wanted) && !changes.some(({ value }) => value === undefined)) return [];
  const faults = parse(text).faults.length;
  for (const anew of [false, true]) {
    const found = mapEdits({ text, style, anew }, root, tree);
    if (found === undefined) continue;
    const edits = startOnNewLine(sortEdits(found), text, style.newline);
    if (edits.length === 0) return [];
    if (!isInOrder(edits)) continue;
    const after = applyEdits(text, edits);
    const result = parse(after);
    if (result.faults.length > faults || !result.root) continue;
    // Aliases, tags and stranger styles are not all thought of: what cannot be proved right is not written.
    if (isDeepStrictEqual(plainOf(result.root, after), wanted)) return edits;
  }
  const names = changes.map(({ path }) => (typeof path === 'string' ? path : (path.at(-1) ?? '')));
  throw new LabError(
    'experiment-invalid',
    `${names.join(', ')} cannot be written without changing other parts of the file.`,
    'Write the file without anchors and aliases there, one key a line, and without mistakes of its language.',
  );
}

const isInOrder = (edits: readonly TextEdit[]): boolean =>
  edits.every(({ start }, index) => index === 0 || start >= (edits[index - 1]?.end ?? 0));

/** Python's parser must be loaded, so that whoever edits Python gives it. */
function parserFor({ syntax }: EditedMap): (text: string) => ParsedTree {
  if (syntax === 'json') return parseJsonTree;
  return syntax === 'yaml' ? parseYamlTree : () => ({ root: undefined, faults: [] });
}

/** Changes as a tree: those of one map stand together. */
function changesOf(changes: readonly KeyChange[]): Changes {
  const tree = new Map<string, Change>();
  for (const { path, value, after } of changes) {
    const keys = typeof path === 'string' ? path.split('.') : path;
    let map = tree;
    for (const key of keys.slice(0, -1)) {
      const found = map.get(key);
      const inside =
        found?.kind === 'inside' ? (found.changes as Map<string, Change>) : new Map<string, Change>();
      map.set(key, { kind: 'inside', changes: inside });
      map = inside;
    }
    const key = keys.at(-1) ?? '';
    map.set(
      key,
      value === undefined ? { kind: 'remove' } : { kind: 'set', value, after: after ?? [], ordered: false },
    );
  }
  return tree;
}

/** What the file shall say. */
function changed(node: ConfigNode | undefined, changes: Changes, text: string): PlainMap {
  const before = plainOf(node, text);
  const values = new Map<string, PlainValue>(isPlainMap(before) ? Object.entries(before) : []);
  for (const [key, change] of changes) {
    if (change.kind === 'remove') values.delete(key);
    else if (change.kind === 'set') values.set(key, change.value);
    else {
      const entry = node?.kind === 'map' ? node.entries.findLast((one) => one.key === key) : undefined;
      const inner = changed(entry?.value, change.changes, text);
      if (entry?.value?.kind === 'map' || Object.keys(inner).length > 0) values.set(key, inner);
    }
  }
  return Object.fromEntries(values);
}
