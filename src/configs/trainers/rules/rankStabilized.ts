import { textOf } from '../tree';
import { patternsOf } from './patterns';
import type { Rule } from './rule';
import { counted, listed } from './say';

/** Weights of the base model are changed by these, so that such adapters are usually converted when they are saved. */
const changesBase = /^(pissa|olora|corda|mica|lora_ga)/i;

/** D10: the conversion doubles r and cannot tell √r of each module any more (`save_mutated_as_lora`). */
export const rankStabilizedConversion: Rule = {
  id: 'D10',
  severity: 'warning',
  title: 'rsLoRA with patterns cannot be saved as plain LoRA',
  documentation:
    'https://huggingface.co/docs/peft/package_reference/peft_model#peft.PeftModel.save_pretrained',
  check({ config }) {
    const { settings, said } = config;
    const how = textOf(said.initWeights?.value);
    const patterns = patternsOf(config).filter(({ rows }) => rows.length > 0);
    const entry = said.rankStabilized;
    if (
      !settings.rankStabilized ||
      !entry ||
      patterns.length === 0 ||
      how === undefined ||
      !changesBase.test(how)
    )
      return [];
    const keys = patterns.map((pattern) => `${counted(pattern.rows.length, 'key')} of ${pattern.entry.key}`);
    return [
      {
        message: `${entry.key} with ${listed(keys)}: an adapter that begins with "${how}" changes the base model’s weights, and PEFT cannot save it as one for the unchanged model (path_initial_model_for_weight_conversion fails after training).`,
        range: entry.keyRange,
        fixes: [],
      },
    ];
  },
};
