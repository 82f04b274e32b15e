import { isCollection, isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import * as block from '../text/blockValue';
import type { TextEdit } from '../text/textEdit';
import { lineStart, rangeOf } from '../text/yamlText';

export { insertion } from '../text/blockValue';

/** Whitespace before the first key of a block map; undefined for a flow map or an empty one. */
export function indentOf(text: string, map: YAMLMap | undefined): string | undefined {
  const key = map && !map.flow ? rangeOf(map.items[0]?.key) : undefined;
  return key && text.slice(lineStart(text, key.start), key.start);
}

export const isBlockMap = (node: unknown): node is YAMLMap => isMap(node) && !node.flow;

/** As `replaceWithLines` of `text/blockValue`. */
export const replaceWithLines = (
  text: string,
  pair: Pair,
  lines: string,
  indent: string,
  newline: string,
): TextEdit[] => block.replaceWithLines(text, keyedValue(pair), lines, indent, newline);

/** As `replaceInLine` of `text/blockValue`. */
export const replaceInLine = (text: string, pair: Pair, inline: string): TextEdit[] =>
  block.replaceInLine(text, keyedValue(pair), inline);

function keyedValue({ key, value }: Pair): block.KeyedValue {
  const kind = isCollection(value) && !value.flow ? 'block' : isScalar(value) ? 'scalar' : 'flow';
  return { key: rangeOf(key) ?? { start: 0, end: 0 }, value: rangeOf(value), kind };
}
