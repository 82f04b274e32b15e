import { keyMatcher } from '../../../peft/keyMatcher';
import { counted, formatScore } from '../../../shared/format';
import type { PatternRow } from '../description';
import type { FactHint, FactsInput, PathScores } from '../facts';
import type { AdaptedMatrix, Given, ResolvedAdapter } from '../resolve';
import type { Lines } from './anchors';
import { fitting, rangeWords, scaleWords } from './words';

/** What each row of the rank and alpha patterns comes to. */
export function rowHints(
  { config, scores }: FactsInput,
  resolved: ResolvedAdapter,
  lines: Lines,
): FactHint[] {
  const { ranks, alphas, rankStabilized } = config.settings;
  const symbol = rankStabilized ? 'α/√r' : 'α/r';
  const tables = [
    { field: 'rankPattern', rows: ranks, rowOf: (given: Given) => given.rankRow },
    { field: 'alphaPattern', rows: alphas, rowOf: (given: Given) => given.alphaRow },
  ] as const;
  return tables.flatMap(({ field, rows, rowOf }) => {
    const held = groupedBy([...resolved.modules, ...resolved.experts], rowOf);
    const why = reasons(
      rows.filter((row) => !held.has(row)),
      resolved,
    );
    return rows.map((row): FactHint => {
      const modules = held.get(row);
      const text = modules ? heldWords(modules, symbol, scores) : (why.get(row.pattern) ?? 'matches nothing');
      return { text, field, offset: lines.hang(row.range.end) };
    });
  });
}

function heldWords(modules: readonly Given[], symbol: string, scores: PathScores | undefined): string {
  const score = scores && scoreOf(modules, scores);
  const main = `→ ${counted(modules.length, 'module')}`;
  const scale = `${main}, ${symbol} ${rangeWords(
    modules.map((one) => one.scale),
    scaleWords,
  )}`;
  return fitting([scale, ...(score === undefined ? [] : [`score ${formatScore(score)}`])]) || main;
}

/** The sum over modules that were scored; undefined where none was. */
export function scoreOf(modules: readonly Given[], scores: PathScores): number | undefined {
  let sum: number | undefined;
  for (const one of modules) {
    const score = 'checkpointPath' in one ? scores.get((one as AdaptedMatrix).checkpointPath) : undefined;
    if (score !== undefined) sum = (sum ?? 0) + score;
  }
  return sum;
}

function groupedBy<T extends Given>(
  given: readonly T[],
  rowOf: (one: T) => PatternRow | undefined,
): Map<PatternRow, T[]> {
  const groups = new Map<PatternRow, T[]>();
  for (const one of given) {
    const row = rowOf(one);
    if (!row) continue;
    const group = groups.get(row);
    if (group) group.push(one);
    else groups.set(row, [one]);
  }
  return groups;
}

/** Why rows hold for nothing although paths fit them; those that no path fits are left out. */
function reasons(rows: readonly PatternRow[], { matrices, modules }: ResolvedAdapter): Map<string, string> {
  if (rows.length === 0) return new Map();
  const keyOf = keyMatcher(rows.map(({ pattern }) => pattern));
  const adapted = new Set(modules.map(({ path }) => path));
  const fits = new Map<string, { count: number; isHidden: boolean }>();
  for (const { path } of matrices) {
    const key = keyOf(path);
    if (key === undefined) continue;
    const fit = fits.get(key) ?? { count: 0, isHidden: false };
    fit.count += 1;
    fit.isHidden ||= adapted.has(path);
    fits.set(key, fit);
  }
  return new Map(
    [...fits].map(([key, { count, isHidden }]) => [
      key,
      isHidden ? '→ 0 modules: another row holds' : `→ ${counted(count, 'module')}, none targeted`,
    ]),
  );
}
