import { stringify } from 'yaml';
import type { Export } from './export';
import { isEmpty, loraFile } from './lora';
import { loraLosses } from './losses';

/** The part of a Ludwig file that is about the adapter (`schema/llms/peft.py`). */
export const exportLudwig: Export = (planned, { baseModel }) => {
  const { r, lora_alpha, target_modules, rank_pattern, alpha_pattern } = loraFile(planned);
  const fragment = {
    model_type: 'llm',
    base_model: baseModel,
    adapter: {
      type: 'lora',
      r,
      alpha: lora_alpha,
      target_modules,
      ...(!isEmpty(rank_pattern) && { rank_pattern }),
      ...(!isEmpty(alpha_pattern) && { alpha_pattern }),
    },
  };
  return { text: stringify(fragment, { lineWidth: 0 }), losses: loraLosses(planned, 'Ludwig') };
};
