import { stringify } from 'yaml';
import type { Export, ExportedModule } from './export';
import { isEmpty, loraFile } from './lora';
import { loraLosses, scaleLoss } from './losses';

/**
 * The part of an axolotl file that is about the adapter (`schemas/peft.py`). Its alphas are whole numbers; patterns go to PEFT
 * as they are.
 */
export const exportAxolotl: Export = (planned, { baseModel }) => {
  const { modules } = planned;
  const { r, lora_alpha, target_modules, rank_pattern } = loraFile(planned);
  const { alpha_pattern } = loraFile({ ...planned, modules: modules.map(withWholeAlpha) });
  const rounded = scaleLoss(
    modules,
    (one) => withWholeAlpha(one).alpha / one.rank,
    'axolotl takes whole alphas',
  );
  const fragment = {
    base_model: baseModel,
    adapter: 'lora',
    lora_r: r,
    lora_alpha: wholeAlpha(lora_alpha),
    lora_target_modules: target_modules,
    ...(!isEmpty(rank_pattern) && { lora_rank_pattern: rank_pattern }),
    ...(!isEmpty(alpha_pattern) && { lora_alpha_pattern: alpha_pattern }),
  };
  return {
    text: stringify(fragment, { lineWidth: 0 }),
    losses: [...loraLosses(planned, 'axolotl'), ...(rounded === undefined ? [] : [rounded])],
  };
};

const wholeAlpha = (alpha: number): number => Math.max(1, Math.round(alpha));

const withWholeAlpha = (module: ExportedModule): ExportedModule => ({
  ...module,
  alpha: wholeAlpha(module.alpha),
});
