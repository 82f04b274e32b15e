import { isMap, isSeq } from 'yaml';
import type { SchemaPath } from '../../configs/experiment/schemaWalk';
import { keyName, parseYaml, rangeOf, type TextRange } from '../../configs/text/yamlText';

/** A key under the cursor. */
export interface KeyAt {
  readonly path: SchemaPath;
  readonly range: TextRange;
}

/** The key that an offset lies in, with its path from the top of the file; undefined elsewhere. */
export const keyAt = (text: string, offset: number): KeyAt | undefined =>
  find(parseYaml(text).contents, offset, []);

function find(node: unknown, offset: number, path: SchemaPath): KeyAt | undefined {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const found = find(item, offset, [...path, index]);
      if (found) return found;
    }
  }
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    const name = keyName(pair);
    if (name === undefined) continue;
    const range = rangeOf(pair.key);
    if (range && range.start <= offset && offset <= range.end) return { path: [...path, name], range };
    const found = find(pair.value, offset, [...path, name]);
    if (found) return found;
  }
  return undefined;
}
