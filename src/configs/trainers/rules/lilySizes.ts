import type { Field } from '../fields';
import { resolve } from '../resolve';
import { pathOf, setFix } from './fixes';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { count } from './say';

/** PEFT's default, two to four times the ranks that LoRA usually has. */
const usualRank = 32;

/** D9: Lily routes over a pool of B's and shares A's by stride (`LilyConfig`); sharing saves parameters that rank can spend. */
export const lilySizes: Rule = {
  id: 'D9',
  severity: 'warning',
  title: 'Lily’s sizes leave it no more than LoRA',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lily',
  check(input) {
    const { settings, said } = input.config;
    const { lily, rank } = settings;
    if (!lily) return [];
    const found: Finding[] = [];
    const at = (field: Field) => said[field]?.value?.range ?? input.config.place;
    if (lily.numB < 2) {
      found.push({
        message: `num_B ${lily.numB} leaves the router nothing to choose from: all modules of a kind share ${lily.numB === 1 ? 'one B' : 'no B'}.`,
        range: at('numB'),
        fixes: set(input, 'numB', 2),
        ...(lily.numB < 1 ? { severity: 'error' } : {}),
      });
    }
    if (lily.strideA < 1) {
      found.push({
        message: `stride_A ${lily.strideA} is no number of layers: each A serves 1 layer at least.`,
        range: at('strideA'),
        fixes: set(input, 'strideA', 1),
        severity: 'error',
      });
    }
    if (said.rank && rank <= usualRank / 2) {
      found.push({
        message: `r ${rank} is LoRA’s size: PEFT advises two to four times as much for Lily, because layers share their matrices${spent(input)}.`,
        range: at('rank'),
        severity: 'information',
        fixes: set(input, 'rank', usualRank),
      });
    }
    return found;
  },
};

function spent({ config, base, resolved }: RuleInput): string {
  if (!base || !resolved) return '';
  const lora = resolve({ ...config, kind: 'lora' }, base).parameters;
  const more = resolve({ ...config, settings: { ...config.settings, rank: usualRank } }, base).parameters;
  return ` (${count(resolved.parameters)} parameters here, LoRA of rank ${config.settings.rank} ${count(lora)}, Lily of rank ${usualRank} ${count(more)})`;
}

const set = (input: RuleInput, field: Field, value: number): Fix[] =>
  setFix(input, field, value, `Set ${pathOf(input.config, field).at(-1) ?? field} to ${value}`);
