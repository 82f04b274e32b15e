import { exactKey } from '../../../peft/exactPatterns';
import { keyTest } from '../../../peft/patterns';
import type { PatternRow } from '../description';
import { reword } from './fixes';
import { escaped, isName, pathsOf, plain, toldPatternsOf, type PatternOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, listed } from './say';

/** D3: names match by the ends of paths, and a dot matches any letter; only `^` with the full path holds for one module. */
export const tooManyModules: Rule = {
  id: 'D3',
  severity: 'warning',
  title: 'A name holds for more modules than it says',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  check(input) {
    const { resolved, config } = input;
    if (!resolved) return [];
    const paths = pathsOf(resolved.modules);
    const inKeys = toldPatternsOf(config).flatMap((pattern) =>
      pattern.rows.flatMap((row) => keyFindings(input, pattern, row, paths)),
    );
    return [...inKeys, ...targetFindings(input, paths)];
  },
};

function keyFindings(
  input: RuleInput,
  pattern: PatternOf,
  row: PatternRow,
  paths: readonly string[],
): Finding[] {
  const hits = paths.filter(keyTest(row.pattern));
  if (hits.length < 2) return [];
  const said = `${pattern.entry.key} key ${JSON.stringify(row.pattern)}`;
  const found = looseDot(row, hits) ?? wholeName(row, hits) ?? looseNumber(row, hits);
  if (found !== undefined) {
    const { others, because, meant } = found;
    return [
      {
        message: `${said} ${because}: ${counted(others.length, 'module')} more, such as ${others[0] ?? ''}, ${others.length === 1 ? 'has' : 'have'} ${pattern.what} ${row.value} too.`,
        range: row.keyRange,
        fixes: change(input, row, meant),
      },
    ];
  }
  const kinds = kindsOf(hits);
  if (/^\w+$/.test(row.pattern) && kinds.size > 1) {
    return [
      {
        message: `${said} holds for ${counted(hits.length, 'module')} of ${kinds.size} kinds: ${kindList(kinds)}.`,
        range: row.keyRange,
        severity: 'information',
        fixes: [...kinds.keys()].slice(0, 4).flatMap((kind) => change(input, row, ofKind(kind, hits), false)),
      },
    ];
  }
  return [];
}

interface Loose {
  readonly others: readonly string[];
  readonly because: string;
  readonly meant: string;
}

/** A module's whole path, or its whole name inside a layer, that is the end of another module's too. */
function wholeName({ pattern }: PatternRow, hits: readonly string[]): Loose | undefined {
  const name = plain(pattern);
  if (pattern.startsWith('^') || !isName(pattern) || !name.includes('.')) return undefined;
  if (hits.includes(name)) {
    const others = hits.filter((path) => path !== name);
    return { others, because: 'is the end of other paths as well', meant: exactKey(name) };
  }
  const others = hits.filter((path) => inner(path) !== name);
  if (
    others.length === hits.length ||
    others.length === 0 ||
    others.some((path) => inner(path) === undefined)
  )
    return undefined;
  return { others, because: 'is the end of longer names as well', meant: `.*\\.\\d+\\.${escaped(name)}` };
}

/** A dot that was meant as a dot, and stands for another letter in some paths. */
function looseDot({ pattern }: PatternRow, hits: readonly string[]): Loose | undefined {
  if (!isName(pattern)) return undefined;
  const anchor = pattern.startsWith('^') ? '^' : '';
  const meant = `${anchor}${escaped(plain(pattern))}`;
  const others = hits.filter((path) => !keyTest(meant)(path));
  if (others.length === 0 || others.length === hits.length) return undefined;
  return { others, because: 'has a dot that matches any letter', meant };
}

/** `.*1.mlp` holds for layers 1, 11, 21. */
function looseNumber({ pattern }: PatternRow, hits: readonly string[]): Loose | undefined {
  const number = /\.\*(\d+)(?=\\?\.)/.exec(pattern);
  if (!number) return undefined;
  const meant = pattern.replace(/\.\*(\d+)(?=\\?\.)/, '.*\\.$1');
  const others = hits.filter((path) => !keyTest(meant)(path));
  if (others.length === 0 || others.length === hits.length) return undefined;
  return { others, because: `holds for every layer whose number ends in ${number[1] ?? ''}`, meant };
}

function change({ text, config }: RuleInput, row: PatternRow, meant: string, isPreferred = true): Fix[] {
  return [
    {
      title: `Change to ${JSON.stringify(meant)}`,
      edits: [reword(text, row.keyRange, meant, config.syntax)],
      ...(isPreferred ? { isPreferred } : {}),
    },
  ];
}

/** Targets that reach into several stacks of layers: a vision tower beside the language model. */
function targetFindings({ config }: RuleInput, paths: readonly string[]): Finding[] {
  return config.settings.targetNames.flatMap(({ name, range }): Finding[] => {
    const stacks = new Map<string, number>();
    for (const path of paths.filter((one) => one === name || one.endsWith(`.${name}`))) {
      const stack = /^(.*?)\.\d+\./.exec(path)?.[1];
      if (stack !== undefined) stacks.set(stack, (stacks.get(stack) ?? 0) + 1);
    }
    if (stacks.size < 2) return [];
    const message = `"${name}" is targeted in ${stacks.size} stacks of layers: ${kindList(stacks)}.`;
    return [{ message, range, severity: 'information', fixes: [] }];
  });
}

/** What follows the layer's number: `mlp.c_proj`. */
const inner = (path: string): string | undefined => /\.\d+\.(.+)$/.exec(path)?.[1];

/** Modules by their names inside layers; experts, which have numbers of their own, are one kind. */
function kindsOf(paths: readonly string[]): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const path of paths) {
    const kind = (/\.\d+\.(.*)$/.exec(path)?.[1] ?? path).replace(/\.\d+\./g, '.*.');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

/** A key for one kind alone: its name, with the layer's number before it where longer names end in it too. */
function ofKind(kind: string, hits: readonly string[]): string {
  const others = hits.filter((path) => !kindsOf([path]).has(kind));
  return others.some(keyTest(kind)) ? `.*\\.\\d+\\.${escaped(kind)}` : kind;
}

const kindList = (kinds: ReadonlyMap<string, number>): string =>
  listed(
    [...kinds].map(([kind, size]) => `${kind} (${size})`),
    4,
  );
