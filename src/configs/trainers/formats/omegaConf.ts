import { entryAt, textOf, type ConfigNode, type MapNode } from '../tree';

/** References to texts of references grow by powers. */
const most = { references: 1000, depth: 5, characters: 4096 };

/**
 * OmegaConf's `${path}`: a value that is one reference stands for what is there, and in a longer text each reference for its
 * text. What cannot be told (a resolver, a missing key) is opaque. Places stay those of the reference.
 */
export function interpolated(root: MapNode): MapNode {
  let left = most.references;

  const mapOf = (map: MapNode): MapNode => ({
    ...map,
    entries: map.entries.map((entry) => ({ ...entry, value: entry.value && nodeOf(entry.value) })),
  });

  const nodeOf = (node: ConfigNode): ConfigNode => {
    if (node.kind === 'map') return mapOf(node);
    if (node.kind === 'list') return { ...node, items: node.items.map(nodeOf) };
    return scalarOf(node, 0);
  };

  const scalarOf = (node: ConfigNode, depth: number): ConfigNode => {
    const text = textOf(node);
    if (text === undefined || !text.includes('${')) return node;
    const whole = /^\$\{([\w.]+)\}$/.exec(text)?.[1];
    const found = whole === undefined ? undefined : behind(whole, depth);
    if (found) return { ...found, range: node.range };
    let known = whole === undefined;
    const value = text.replace(/\$\{([^{}]*)\}/g, (reference, path: string) => {
      const one = known && /^[\w.]+$/.test(path) ? behind(path, depth) : undefined;
      if (one?.kind === 'scalar' && one.value !== null) return String(one.value);
      known = false;
      return reference;
    });
    return known && value.length <= most.characters
      ? { kind: 'scalar', value, range: node.range }
      : { kind: 'opaque', range: node.range };
  };

  /** A list is taken as it is written: what it refers to itself is not looked at. */
  const behind = (path: string, depth: number): ConfigNode | undefined => {
    if (left-- <= 0 || depth >= most.depth) return undefined;
    const found = entryAt(root, path)?.value;
    if (found?.kind === 'list') return found;
    return found?.kind === 'scalar' ? scalarOf(found, depth + 1) : undefined;
  };

  return mapOf(root);
}
