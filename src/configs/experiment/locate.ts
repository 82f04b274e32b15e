import { isMap, isPair, isSeq, type Pair, type YAMLMap } from 'yaml';
import {
  childMap,
  findPair,
  keyName,
  lineStart,
  parseYaml,
  positionAt,
  rangeOf,
  type TextRange,
} from '../text/yamlText';

/** A place of an experiment that the editor hangs lenses, hints and hovers on. */
export interface Anchor {
  readonly key: TextRange;
  /** Absent where nothing is written yet. */
  readonly value: TextRange | undefined;
  /** Zero-based line of the key. */
  readonly line: number;
}

/** One row of `plan.modules`. */
export interface ModuleAnchor extends Anchor {
  readonly path: string;
}

export interface ExperimentAnchors {
  readonly method: Anchor | undefined;
  readonly adapter: Anchor | undefined;
  readonly budget: Anchor | undefined;
  readonly score: Anchor | undefined;
  readonly search: Anchor | undefined;
  readonly train: Anchor | undefined;
  readonly plan: Anchor | undefined;
  /** One an item of `tasks`; key and value are both the whole item. */
  readonly tasks: readonly Anchor[];
  readonly modules: readonly ModuleAnchor[];
}

/**
 * Finds the places of an experiment. Works on half-typed text: where the file as a whole does not parse, each block of the
 * top level is looked at by itself, and in a broken plan each row, so that an unclosed brace hides nothing but its own
 * block. Never throws.
 */
export function experimentAnchors(text: string): ExperimentAnchors {
  const whole = parseYaml(text);
  const blocks =
    whole.errors.length === 0 && isMap(whole.contents)
      ? [{ map: whole.contents, start: 0, end: text.length, broken: false }]
      : splitBlocks(text);
  const anchor = (name: string): Anchor | undefined => {
    for (const { map, start } of blocks) {
      const pair = map && findPair(map, name);
      if (pair) return anchorOf(text, pair, start);
    }
    return undefined;
  };
  return {
    method: anchor('method'),
    adapter: anchor('adapter'),
    budget: anchor('budget'),
    score: anchor('score'),
    search: anchor('search'),
    train: anchor('train'),
    plan: anchor('plan'),
    tasks: blocks.flatMap((block) => taskAnchors(text, block)),
    modules: blocks.flatMap((block) => moduleAnchors(text, block)),
  };
}

interface Block {
  /** Undefined where not even the block's key was understood. */
  readonly map: YAMLMap | undefined;
  readonly start: number;
  readonly end: number;
  readonly broken: boolean;
}

/** One block for each line that begins with a key: nothing else of YAML's block style may begin in the first column. */
function splitBlocks(text: string): Block[] {
  const starts = [...text.matchAll(/^["']?[A-Za-z_][\w-]*["']?[ \t]*:/gm)].map(({ index }) => index);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const { contents, errors } = parseYaml(text.slice(start, end));
    return { map: isMap(contents) ? contents : undefined, start, end, broken: errors.length > 0 };
  });
}

function taskAnchors(text: string, { map, start }: Block): Anchor[] {
  const tasks = map && findPair(map, 'tasks')?.value;
  if (!isSeq(tasks)) return [];
  return tasks.items.flatMap((item) => {
    const range = shift(rangeOf(item), start);
    return range && range.end > range.start
      ? [{ key: range, value: range, line: positionAt(text, range.start).line }]
      : [];
  });
}

function moduleAnchors(text: string, { map, start, end, broken }: Block): ModuleAnchor[] {
  const plan = map && findPair(map, 'plan');
  if (!plan) return [];
  if (broken) return moduleRows(text, start, end);
  const modules = childMap(isMap(plan.value) ? plan.value : undefined, 'modules');
  return (modules?.items ?? []).flatMap((pair) => {
    const anchor = isPair(pair) ? anchorOf(text, pair, start) : undefined;
    const path = keyName(pair);
    return anchor && path !== undefined ? [{ ...anchor, path }] : [];
  });
}

/** Rows of a plan that does not parse: indented lines whose key is a dotted path. */
function moduleRows(text: string, start: number, end: number): ModuleAnchor[] {
  const row = /^[ \t]+(["']?)([\w-]+(?:\.[\w-]+)+)\1[ \t]*:[ \t]*([^#\r\n]*)/gm;
  return [...text.slice(start, end).matchAll(row)].map((match) => {
    const [whole, quote = '', path = '', rest = ''] = match;
    const first = start + match.index + whole.indexOf(quote + path);
    const value = rest.trimEnd();
    const valueStart = start + match.index + whole.length - rest.length;
    return {
      path,
      key: { start: first, end: first + path.length + 2 * quote.length },
      value: value === '' ? undefined : { start: valueStart, end: valueStart + value.length },
      line: positionAt(text, lineStart(text, first)).line,
    };
  });
}

function anchorOf(text: string, pair: Pair, offset: number): Anchor | undefined {
  const key = shift(rangeOf(pair.key), offset);
  if (!key) return undefined;
  const value = shift(rangeOf(pair.value), offset);
  return {
    key,
    value: value && value.end > value.start ? value : undefined,
    line: positionAt(text, key.start).line,
  };
}

const shift = (range: TextRange | undefined, by: number): TextRange | undefined =>
  range && { start: range.start + by, end: range.end + by };
