import type { Targets } from '../../peft/patterns';
import type { TextRange } from '../text/yamlText';
import type { AdapterSettings, PatternRow, TrainerConfig } from './description';
import { fields, type Field } from './fields';
import type { Format, Said, SaidTargets } from './formats/format';
import { placedNames } from './names';
import {
  entryAt,
  flagOf,
  isTemplate,
  numberOf,
  textOf,
  type ConfigEntry,
  type ConfigNode,
  type MapNode,
  type Syntax,
  type SyntaxFault,
} from './tree';

/** What a map of this format asks for, in the words that all formats share. Never throws; what cannot be read is a fault. */
export function describe(format: Format, syntax: Syntax, root: MapNode, place?: TextRange): TrainerConfig {
  const kind = format.kindOf(root);
  const keys = format.keysOf(kind);
  const said: Partial<Record<Field, ConfigEntry>> = {};
  for (const field of fields) {
    const entry = keys[field] === undefined ? undefined : entryAt(root, keys[field]);
    if (entry !== undefined) said[field] = entry;
  }
  const reader = new Reader(said, format.commas ?? false);
  const defaults = format.defaultsOf(kind, said);
  const rank = reader.count('rank') ?? defaults.rank;
  const { names, pattern, faults = [] } = format.targetsOf?.(said) ?? targetsOf(said, format);
  const settings: AdapterSettings = {
    baseModel: textOf(said.baseModel?.value),
    rank,
    alpha: reader.number('alpha') ?? defaults.alpha(rank),
    rankStabilized: reader.flag('rankStabilized') ?? false,
    dora: reader.flag('dora') ?? false,
    targets: {
      target_modules: pattern ?? (names.length > 0 ? names.map(({ name }) => name) : defaults.targets),
      exclude_modules: reader.names('excluded'),
      layers_to_transform: reader.layers(),
      layers_pattern: reader.names('layersPattern'),
      modules_to_save: reader.list('modulesToSave'),
    } satisfies Targets,
    lastLayers: reader.count('lastLayers'),
    targetNames: names,
    ranks: reader.rows('rankPattern'),
    alphas: reader.rows('alphaPattern'),
    adalora:
      kind === 'adalora'
        ? {
            targetRank: reader.count('targetRank') ?? 8,
            tinit: reader.number('tinit') ?? 0,
            tfinal: reader.number('tfinal') ?? 0,
            deltaT: reader.number('deltaT') ?? 1,
            totalStep: reader.number('totalStep'),
          }
        : undefined,
    lily:
      kind === 'lily'
        ? {
            strideA: reader.number('strideA') ?? 1,
            numB: reader.number('numB') ?? 2,
            scaling: reader.number('scaling') ?? 1,
          }
        : undefined,
  };
  const firsts = [...(format.places ?? []).map((path) => entryAt(root, path)), root.entries[0]];
  const first = firsts.find((entry) => entry !== undefined)?.keyRange;
  return {
    format: format.id,
    syntax,
    kind,
    root,
    place: place ?? first ?? { start: root.range.start, end: root.range.start },
    keys,
    said,
    settings,
    faults: [...reader.faults, ...faults],
  };
}

/** PEFT's own ways: a list of names, one expression, or `all-linear`. */
function targetsOf({ targets }: Said, { commas = false }: Format): SaidTargets {
  const text = textOf(targets?.value);
  return text === undefined || commas
    ? { names: placedNames(targets?.value, { commas }) }
    : { names: [], pattern: text };
}

/** Reads fields and notes what is not of their kind; a value that cannot be known from the text is no fault. */
class Reader {
  readonly faults: SyntaxFault[] = [];

  constructor(
    private readonly said: Said,
    private readonly commas: boolean,
  ) {}

  number(field: Field): number | undefined {
    return this.read(field, numberOf, 'a number');
  }

  /** A whole number above 0. */
  count(field: Field): number | undefined {
    const isCount = (value: number | undefined): value is number =>
      value !== undefined && Number.isInteger(value) && value > 0;
    return this.read(
      field,
      (node) => (isCount(numberOf(node)) ? numberOf(node) : undefined),
      'a whole number above 0',
    );
  }

  flag(field: Field): boolean | undefined {
    return this.read(field, flagOf, 'true or false');
  }

  list(field: Field): string[] | undefined {
    return this.read(
      field,
      (node) =>
        node.kind === 'list' || (this.commas && textOf(node) !== undefined)
          ? placedNames(node, { commas: this.commas }).map(({ name }) => name)
          : undefined,
      'a list of names',
    );
  }

  names(field: Field): string[] | string | undefined {
    return textOf(this.said[field]?.value) ?? this.list(field);
  }

  layers(): number[] | number | undefined {
    const one = numberOf(this.said.layers?.value);
    if (one !== undefined) return one;
    return this.read(
      'layers',
      (node) => (node.kind === 'list' ? node.items.flatMap((item) => numberOf(item) ?? []) : undefined),
      'a layer or a list of layers',
    );
  }

  rows(field: 'rankPattern' | 'alphaPattern'): PatternRow[] {
    const entries =
      this.read(field, (node) => (node.kind === 'map' ? node.entries : undefined), 'a map of patterns') ?? [];
    const rows = entries.flatMap(({ key, keyRange, value }): PatternRow[] => {
      const number = numberOf(value);
      return number === undefined || value === undefined
        ? []
        : [{ pattern: key, value: number, keyRange, range: value.range }];
    });
    // As in Python: a key that stands twice keeps its first place in the order, and its last value.
    return [...new Map(rows.map((row) => [row.pattern, row])).values()];
  }

  private read<T>(field: Field, take: (node: ConfigNode) => T | undefined, what: string): T | undefined {
    const entry = this.said[field];
    const node = entry?.value;
    // null is how a configuration says nothing; what a variable or a template's place holds is not known.
    if (!node || node.kind === 'opaque' || (node.kind === 'scalar' && node.value === null)) return undefined;
    if (isTemplate(textOf(node) ?? '')) return undefined;
    const value = take(node);
    if (value === undefined) this.faults.push({ message: `${entry.key} is not ${what}`, range: node.range });
    return value;
  }
}
