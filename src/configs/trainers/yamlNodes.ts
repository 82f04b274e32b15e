import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { rangeOf, type TextRange } from '../text/yamlText';
import { limits, twice, type ConfigEntry, type ConfigNode, type MapNode, type SyntaxFault } from './tree';

/**
 * The library's nodes as ours. What an alias stands for is made once and shared, and counts in full each time it stands
 * there: aliases of aliases stop at the limit of nodes. One builder reads all blocks of a file, in their order, so that an
 * anchor holds for the blocks behind it.
 */
export class TreeBuilder {
  /** Keys that stand twice, below the top. */
  readonly faults: SyntaxFault[] = [];
  private nodes = 0;
  /** What is below an alias counts again. */
  private readonly anchors = new Map<string, { readonly node: ConfigNode; readonly nodes: number }>();

  /** @param length of the file's text: where a bracket is missing at the end, the library ends behind it */
  constructor(private readonly length: number) {}

  /** @param offset of the parsed text in the file */
  nodeOf(node: unknown, offset: number, depth = 0): ConfigNode | undefined {
    const range = this.placeOf(node, offset);
    if (range === undefined) return undefined;
    if (isAlias(node)) return { ...(this.behind(node.source) ?? { kind: 'opaque' }), range };
    const before = this.nodes++;
    const made = this.made(node, range, offset, depth);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    // Only now: an alias inside what it stands for would have no end.
    if (made && anchor) this.anchors.set(anchor, { node: made, nodes: this.nodes - before });
    return made;
  }

  private made(node: unknown, range: TextRange, offset: number, depth: number): ConfigNode | undefined {
    if (depth > limits.depth || this.nodes > limits.nodes) return { kind: 'opaque', range };
    if (isMap(node)) {
      const entries = this.entriesOf(node, offset, depth);
      if (depth > 0) this.faults.push(...twice(entries));
      return { kind: 'map', range, entries };
    }
    if (isSeq(node)) {
      const items = node.items.flatMap((item) => this.nodeOf(item, offset, depth + 1) ?? []);
      return { kind: 'list', range, items };
    }
    if (!isScalar(node)) return { kind: 'opaque', range };
    // `key:` with nothing behind it is null in YAML, and no place to point to.
    if (node.value === null && range.start === range.end) return undefined;
    return isPlain(node.value) ? { kind: 'scalar', range, value: node.value } : { kind: 'opaque', range };
  }

  private behind(anchor: string): ConfigNode | undefined {
    const found = this.anchors.get(anchor);
    if (!found || this.nodes + found.nodes > limits.nodes) return undefined;
    this.nodes += found.nodes;
    return found.node;
  }

  private entriesOf(map: YAMLMap, offset: number, depth: number): ConfigEntry[] {
    const own = new Set(map.items.flatMap((pair) => (isMerge(pair) ? [] : (keyName(pair) ?? []))));
    return map.items.flatMap((pair) => {
      if (isMerge(pair)) return this.merged(this.nodeOf(pair.value, offset, depth + 1), own);
      const key = keyName(pair);
      const keyRange = this.placeOf(pair.key, offset);
      if (key === undefined || keyRange === undefined) return [];
      return [{ key, keyRange, value: this.nodeOf(pair.value, offset, depth + 1) }];
    });
  }

  /** What `<<` brings: the map's own keys win, then those of the maps that are named first. Places are where they are written. */
  private merged(source: ConfigNode | undefined, own: ReadonlySet<string>): ConfigEntry[] {
    const maps = source?.kind === 'list' ? source.items : source ? [source] : [];
    const taken = new Set(own);
    return maps
      .filter((map): map is MapNode => map.kind === 'map')
      .flatMap((map) => {
        const entries = map.entries.filter(({ key }) => !taken.has(key));
        for (const { key } of entries) taken.add(key);
        return entries;
      });
  }

  private placeOf(node: unknown, offset: number): TextRange | undefined {
    const range = rangeOf(node);
    const within = (at: number): number => Math.min(at + offset, this.length);
    return range && { start: within(range.start), end: within(range.end) };
  }
}

/** A key as it is written: bare, YAML 1.1 reads `n` as false. Complex keys give undefined. */
function keyName({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** The library reads a bare `<<` as a symbol. */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && typeof key.value === 'symbol';

const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
