import { keyMatcher } from '../../../peft/keyMatcher';
import { counted, formatCount, formatScore } from '../../../shared/format';
import { targetOf } from '../../../shared/targetOf';
import type { TextRange } from '../../text/yamlText';
import type { TrainerConfig } from '../description';
import type { FactHover, FactsInput, PathScores } from '../facts';
import type { Field } from '../fields';
import { formatOf } from '../formats/formats';
import { loraParameters } from '../parameters';
import type { AdaptedMatrix, ResolvedAdapter } from '../resolve';
import { fieldDefaults, fieldDocs } from './fieldDocs';
import { scoreOf } from './rowHints';
import { bytesOf, layerWords, percent, rangeWords, scaleWords } from './words';
import { code, inline } from '../../../shared/markdown';

/** What the pointer at an offset is on, in Markdown; undefined where it is on nothing that is known. */
export function hoverOf(
  input: FactsInput,
  resolved: ResolvedAdapter | undefined,
  offset: number,
): FactHover | undefined {
  const { config } = input;
  const { ranks, alphas, targetNames } = config.settings;
  const isOn = ({ start, end }: TextRange): boolean => start <= offset && offset <= end;
  for (const [rows, key] of [
    [ranks, 'rankRow'],
    [alphas, 'alphaRow'],
  ] as const) {
    const row = rows.find(({ keyRange, range }) => isOn(keyRange) || isOn(range));
    if (!row || !resolved) continue;
    const modules = resolved.modules.filter((module) => module[key] === row);
    const fits = modules.length > 0 ? [] : fitting(row.pattern, resolved);
    const title = `${code(row.pattern)}: ${modules.length > 0 ? counted(modules.length, 'module') : notHeld(fits)}`;
    return { range: row.keyRange, markdown: paragraphs(title, table(modules, input)) };
  }
  const name = targetNames.find(({ range }) => isOn(range));
  if (name && resolved) {
    const modules = resolved.modules.filter(
      ({ path }) => path === name.name || path.endsWith(`.${name.name}`),
    );
    const title = `${code(name.name)}: ${modules.length > 0 ? counted(modules.length, 'module') : 'matches nothing that is adapted'}`;
    return { range: name.range, markdown: paragraphs(title, table(modules, input)) };
  }
  for (const [field, entry] of Object.entries(config.said) as [Field, (typeof config.said)[Field]][]) {
    if (!entry || !isOn(entry.keyRange)) continue;
    return { range: entry.keyRange, markdown: fieldHover(field, entry.key, input, resolved) };
  }
  return undefined;
}

const paragraphs = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

const fitting = (pattern: string, { matrices }: ResolvedAdapter): readonly string[] => {
  const keyOf = keyMatcher([pattern]);
  return matrices.filter(({ path }) => keyOf(path) !== undefined).map(({ path }) => path);
};

const notHeld = (fits: readonly string[]): string =>
  fits.length === 0
    ? 'matches nothing in the base model'
    : `fits ${counted(fits.length, 'module')}, which another row holds or no target names`;

/** Fields whose hover shows all that is adapted. */
const withTable: readonly Field[] = ['rank', 'targets', 'targetLinear', 'strideA', 'numB', 'alpha'];

function fieldHover(
  field: Field,
  key: string,
  input: FactsInput,
  resolved: ResolvedAdapter | undefined,
): string {
  const usual = defaultOf(field, input.config);
  const doc = `**${inline(key)}**: ${fieldDocs[field]}${usual === undefined ? '' : ` Default: ${usual}.`}`;
  if (!resolved || !withTable.includes(field)) return doc;
  return paragraphs(
    doc,
    table(resolved.modules, input),
    total(resolved, input),
    ...resolved.notCounted.map(inline),
  );
}

/** The trainer's default of a field, where there is one. */
function defaultOf(field: Field, config: TrainerConfig): string | undefined {
  const { kind, said } = config;
  const defaults = formatOf(config)?.defaultsOf(kind, said);
  if (field === 'rank') return defaults && `\`${defaults.rank}\``;
  if (field === 'alpha') return defaults && `\`${defaults.alpha(defaults.rank)}\``;
  if (field !== 'targets') return fieldDefaults[field] && `\`${fieldDefaults[field]}\``;
  if (!defaults) return undefined;
  const { targets } = defaults;
  if (targets === null) return 'what PEFT has for the model’s type';
  return typeof targets === 'string' ? `\`${targets}\`` : targets.map((name) => `\`${name}\``).join(', ');
}

function total({ parameters, savedParameters, experts }: ResolvedAdapter, { base }: FactsInput): string {
  const share = base && base.parameters > 0 ? `, ${percent(parameters / base.parameters)} of the model` : '';
  const own = `${formatCount(parameters)} trainable parameters${share}, ${bytesOf(parameters)} in float32`;
  const inExperts = experts.length > 0 ? `, with ${counted(experts.length, 'expert tensor')}` : '';
  const saved = savedParameters > 0 ? `; modules saved whole have ${formatCount(savedParameters)} more` : '';
  return `${own}${inExperts}${saved}.`;
}

/** More kinds than a person reads. */
const mostRows = 24;

/** Modules of one kind and shape, a row each: where they are, what they are given, what that costs. */
function table(modules: readonly AdaptedMatrix[], { config, scores }: FactsInput): string {
  if (modules.length === 0) return '';
  const groups = new Map<string, AdaptedMatrix[]>();
  for (const module of modules) {
    const key = `${kindOf(module)} ${module.inFeatures} ${module.outFeatures}`;
    const group = groups.get(key);
    if (group) group.push(module);
    else groups.set(key, [module]);
  }
  const isScored = scores !== undefined && modules.some((module) => scores.has(module.checkpointPath));
  const columns: readonly (readonly [
    head: string,
    align: string,
    cell: (group: readonly AdaptedMatrix[]) => string,
  ])[] = [
    ['module', ':--', ([first]) => code(first ? kindOf(first) : '').replaceAll('|', '\\|')],
    ['count', '--:', (group) => String(group.length)],
    ['layers', ':--', (group) => layerWords(group.flatMap(({ layer }) => layer ?? []))],
    ['in → out', '--:', ([first]) => `${first?.inFeatures} → ${first?.outFeatures}`],
    ['rank', '--:', (group) => rangeWords(group.map(({ rank }) => rank))],
    [
      'scale',
      '--:',
      (group) =>
        rangeWords(
          group.map(({ scale }) => scale),
          scaleWords,
        ),
    ],
    ...(config.kind === 'lily'
      ? []
      : [['parameters', '--:', (group: readonly AdaptedMatrix[]) => costOf(group, config)] as const]),
    ...(isScored
      ? [['score', '--:', (group: readonly AdaptedMatrix[]) => scoreCell(group, scores)] as const]
      : []),
  ];
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = [...groups.values()]
    .slice(0, mostRows)
    .map((group) => row(columns.map(([, , cell]) => cell(group))));
  const more = groups.size > mostRows ? [`\n${groups.size - mostRows} further kinds of modules.`] : [];
  return [row(columns.map(([head]) => head)), row(columns.map(([, align]) => align)), ...rows, ...more].join(
    '\n',
  );
}

const kindOf = ({ path, layer }: AdaptedMatrix): string =>
  layer === undefined ? path : targetOf({ path, layer });

const costOf = (group: readonly AdaptedMatrix[], config: TrainerConfig): string =>
  formatCount(group.reduce((sum, module) => sum + loraParameters(module, config), 0));

function scoreCell(group: readonly AdaptedMatrix[], scores: PathScores): string {
  const score = scoreOf(group, scores);
  return score === undefined ? '' : formatScore(score);
}
