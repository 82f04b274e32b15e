import type { PlacedName } from './description';
import { textOf, type ConfigNode } from './tree';

/** How names may be written besides as a list: one text that is a name, or one with commas between names. */
export interface NameWays {
  readonly text?: boolean;
  readonly commas?: boolean;
}

/** The names of a list or a text, each with its place; what is no name is left out. */
export function placedNames(
  node: ConfigNode | undefined,
  { text = false, commas = false }: NameWays = {},
): PlacedName[] {
  if (node?.kind === 'list') {
    return node.items.flatMap((item) => {
      const name = textOf(item);
      return name === undefined ? [] : [{ name, range: item.range }];
    });
  }
  const whole = textOf(node);
  if (!node || whole === undefined) return [];
  if (commas) return commaNames(whole, node);
  return text && whole !== '' ? [{ name: whole, range: node.range }] : [];
}

/** The parts of `q_proj, v_proj`; each has the place of the whole text where escapes or folds move its characters. */
function commaNames(text: string, { range }: ConfigNode): PlacedName[] {
  const more = range.end - range.start - text.length;
  // Written bare, or between two quotes.
  const first = more === 0 ? range.start : more === 2 ? range.start + 1 : undefined;
  return [...text.matchAll(/[^,]+/g)].flatMap(({ 0: part, index }) => {
    const name = part.trim();
    if (name === '') return [];
    if (first === undefined) return [{ name, range }];
    const start = first + index + part.indexOf(name);
    return [{ name, range: { start, end: start + name.length } }];
  });
}
