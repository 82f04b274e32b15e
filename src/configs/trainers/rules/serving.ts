import type { TextRange } from '../../text/yamlText';
import { numberOf } from '../tree';
import { patternsOf } from './patterns';
import type { Finding, Rule, RuleInput } from './rule';
import { counted, ratio } from './say';

/** What vLLM takes for `--max-lora-rank` (`MaxLoRARanks` in vllm/config/lora.py); its default is 16. */
const servedRanks = [1, 8, 16, 32, 64, 128, 256, 320, 512] as const;
const defaultServed = 16;

const vllm = 'https://docs.vllm.ai/en/latest/features/lora.html';

/** D13: a server makes room for one rank at most, and reads it off `r` alone. */
export const servedRank: Rule = {
  id: 'D13',
  severity: 'information',
  title: 'The highest rank is above what is served',
  documentation: vllm,
  needs: ['rank', 'rankPattern'],
  check({ config, resolved }) {
    const { settings, said, kind } = config;
    if (kind !== 'lora') return [];
    const [pattern] = patternsOf(config);
    const ranks = pattern?.what === 'rank' ? pattern.rows : [];
    const inUse = resolved
      ? resolved.modules.map(({ rank }) => rank)
      : [settings.rank, ...ranks.map(({ value }) => value)];
    const highest = Math.max(0, ...inUse);
    const row = ranks.find(({ value }) => value === highest);
    const range = row?.range ?? said.rank?.value?.range ?? config.place;
    const above = (limit: number): string => {
      const size = resolved?.modules.filter(({ rank }) => rank > limit).length;
      return size === undefined ? '' : `, for ${counted(size, 'module')},`;
    };
    const limit = numberOf(said.servedMaxRank?.value);
    if (limit !== undefined && highest > limit) {
      return [
        told(
          range,
          `Rank ${highest}${above(limit)} is above ${said.servedMaxRank?.key ?? 'the server’s limit'} ${limit}: the server does not load the adapter.`,
          'warning',
        ),
      ];
    }
    const most = servedRanks[servedRanks.length - 1] ?? 512;
    if (highest > most) {
      return [
        told(
          range,
          `Rank ${highest}${above(most)} is above ${most}, the most that vLLM serves: merge the adapter into the model to serve it there.`,
        ),
      ];
    }
    const bucket = (rank: number): number => servedRanks.find((one) => one >= rank) ?? most;
    const needed = bucket(highest);
    // Who serves it looks at r, and the default takes care of small ranks.
    if (row === undefined || needed <= Math.max(defaultServed, bucket(settings.rank))) return [];
    return [
      told(
        range,
        `Rank ${highest} is above r ${settings.rank}, by which servers are set up: vLLM needs --max-lora-rank ${needed} for this adapter.`,
      ),
    ];
  },
};

const told = (range: TextRange, message: string, severity?: 'warning'): Finding => ({
  message,
  range,
  fixes: [],
  ...(severity ? { severity } : {}),
});

/**
 * D14: vLLM computes one scale for all modules, `lora_alpha`/`r` (vllm/lora/peft_helper.py); llama.cpp's converter writes one
 * alpha and divides it by each tensor's own rank (convert_lora_to_gguf.py). Neither reads `alpha_pattern`.
 */
export const servedScale: Rule = {
  id: 'D14',
  severity: 'information',
  title: 'Alphas of single modules are lost when it is served',
  documentation: vllm,
  needs: ['rank', 'alpha', 'rankStabilized', 'rankPattern', 'alphaPattern'],
  check(input) {
    const entry = input.config.said.alphaPattern;
    const { alphas, rank, alpha, rankStabilized } = input.config.settings;
    if (input.config.kind !== 'lora' || !entry || alphas.length === 0) return [];
    const usual = alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    const modules = scalesOf(input);
    const differ = (served: (module: Scaled) => number): Scaled[] =>
      modules.filter((module) => Math.abs(served(module) / module.scale - 1) > 1e-6);
    // The converter knows no rsLoRA.
    const llamaCpp = (module: Scaled): number => alpha / module.rank;
    const inVllm = differ(() => usual);
    const inLlamaCpp = differ(llamaCpp);
    if (inVllm.length === 0 && inLlamaCpp.length === 0) return [];
    const what = input.resolved ? 'module' : 'key';
    const worst = (served: (module: Scaled) => number, wrong: readonly Scaled[]): string => {
      const factors = wrong.map((module) => served(module) / module.scale);
      const furthest = factors.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a), 1);
      return `${counted(wrong.length, what)} (at worst ${ratio(furthest)} times the trained update)`;
    };
    const parts = [
      ...(inVllm.length > 0
        ? [`vLLM scales all by ${ratio(usual)}, wrong for ${worst(() => usual, inVllm)}`]
        : []),
      ...(inLlamaCpp.length > 0
        ? [`llama.cpp divides alpha ${ratio(alpha)} by each rank, wrong for ${worst(llamaCpp, inLlamaCpp)}`]
        : []),
    ];
    return [
      {
        message: `Servers do not read ${entry.key}: ${parts.join('; ')}. Fold each module’s ratio into its B, or merge the adapter, before it is served.`,
        range: entry.keyRange,
        fixes: [],
      },
    ];
  },
};

interface Scaled {
  readonly rank: number;
  readonly scale: number;
}

/** Of each module, or, where the base model is not known, of each key. */
function scalesOf({ config: { settings }, resolved }: RuleInput): readonly Scaled[] {
  if (resolved) return resolved.modules;
  const { ranks, alphas, rank, rankStabilized } = settings;
  return alphas.map(({ pattern, value }) => {
    const own = ranks.find((row) => row.pattern === pattern)?.value ?? rank;
    return { rank: own, scale: value / (rankStabilized ? Math.sqrt(own) : own) };
  });
}
