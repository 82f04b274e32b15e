import { alphaKeepingScale } from '../../../peft/config';
import { resolve } from '../resolve';
import { keyFix, pathOf } from './fixes';
import { exactRows, patternsOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, listed, ratio } from './say';

/**
 * D4: an update is multiplied with α/r of its own module, so that another rank alone is another scale as well. With rsLoRA
 * (α/√r) one alpha for all ranks is the method's point, and nothing is said.
 */
export const movedScale: Rule = {
  id: 'D4',
  severity: 'warning',
  title: 'Ranks differ and alphas do not',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  needs: ['rank', 'alpha', 'rankStabilized', 'rankPattern', 'alphaPattern'],
  check(input) {
    const { config } = input;
    const [ranks] = patternsOf(config);
    if (ranks?.field !== 'rankPattern' || config.settings.rankStabilized) return [];
    const scales = scalesMoved(input);
    if (scales.size === 0) return [];
    const { rank, alpha } = config.settings;
    const kept = ratio(alpha / rank);
    const many = [...scales].map(
      ([scale, size]) => `${ratio(scale)}${size === undefined ? '' : ` for ${counted(size, 'module')}`}`,
    );
    const finding: Finding = {
      message: `${ranks.entry.key} changes ranks and no alpha goes with it: α/r is ${kept} at rank ${rank}, but ${listed(many, 4)}.`,
      range: ranks.entry.keyRange,
      fixes: keepScale(input),
    };
    return [finding];
  },
};

/** Scales that are not the usual one though no alpha was given for them, with their modules where the base is known. */
function scalesMoved({ config: { settings }, resolved }: RuleInput): Map<number, number | undefined> {
  const { rank, alpha, ranks, alphas } = settings;
  const scales = new Map<number, number | undefined>();
  if (resolved) {
    for (const { rankRow, alphaRow, rank: own, scale } of resolved.modules) {
      if (rankRow && !alphaRow && own !== rank) scales.set(scale, (scales.get(scale) ?? 0) + 1);
    }
    return scales;
  }
  // Without the model's modules, what other keys hold for is not known.
  const given = new Set(alphas.map(({ pattern }) => pattern));
  if (alphas.some(({ pattern }) => !ranks.some((row) => row.pattern === pattern))) return scales;
  for (const row of ranks) {
    if (row.value !== rank && row.value > 0 && !given.has(row.pattern))
      scales.set(alpha / row.value, undefined);
  }
  return scales;
}

/** Alphas with which each module has the usual scale: under the keys of the ranks, or behind the alphas that are there. */
function keepScale(input: RuleInput): Fix[] {
  const { settings, said, keys, format } = input.config;
  const [ranks] = patternsOf(input.config);
  if (keys.alphaPattern === undefined || ranks === undefined) return [];
  const rows = settings.alphas.length === 0 ? sameKeys(input) : missingKeys(input);
  // axolotl takes whole alphas alone.
  if (!rows?.length || (format === 'axolotl' && rows.some(([, value]) => !Number.isInteger(value))))
    return [];
  const given = settings.alphas.map(({ pattern, value }) => [pattern, value] as const);
  const path = pathOf(input.config, 'alphaPattern');
  const how = given.length > 0 ? 'Complete' : said.alphaPattern ? 'Set' : 'Add';
  const title = `${how} ${path.at(-1) ?? ''} so that α/r stays ${ratio(settings.alpha / settings.rank)}`;
  return keyFix(
    input,
    title,
    [{ path, value: Object.fromEntries([...given, ...rows]), after: [ranks.entry.key] }],
    true,
  );
}

const alphaFor = (rank: number, { config: { settings } }: RuleInput): number =>
  Number(alphaKeepingScale(rank, settings, settings.rankStabilized).toPrecision(12));

/** The same keys in the same order match the same modules. */
const sameKeys = (input: RuleInput): (readonly [string, number])[] =>
  input.config.settings.ranks.map(({ pattern, value }) => [pattern, alphaFor(value, input)]);

/** Of the ranks' keys those that alphas lack, where that leaves what is given as it is; else exact ones. */
function missingKeys(input: RuleInput): (readonly [string, number])[] | undefined {
  const { resolved, base, config } = input;
  const { ranks, alphas } = config.settings;
  const given = new Set(alphas.map(({ pattern }) => pattern));
  const lacking = ranks.filter(({ pattern }) => !given.has(pattern));
  const rows = lacking.map(({ pattern, value }) => [pattern, alphaFor(value, input)] as const);
  if (!resolved || !base) return rows;
  const added = lacking.map((row, at) => ({ ...row, value: rows[at]?.[1] ?? row.value }));
  const settings = { ...config.settings, alphas: [...alphas, ...added] };
  const wanted = resolved.modules.map((one) =>
    one.rankRow && !one.alphaRow ? alphaFor(one.rank, input) : one.alpha,
  );
  if (resolve({ ...config, settings }, base).modules.every(({ alpha }, at) => alpha === wanted[at]))
    return rows;
  const missing = resolved.modules.filter(({ rankRow, alphaRow }) => rankRow && !alphaRow);
  return exactRows(new Map(missing.map(({ path, rank }) => [path, alphaFor(rank, input)])), base);
}
